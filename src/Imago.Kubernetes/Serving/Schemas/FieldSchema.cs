using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Imago.Kubernetes.Serving.Schemas;

/// <summary>How a patch changes a field.</summary>
internal enum PatchStrategy
{
    /// <summary>Objects are merged, lists are replaced.</summary>
    Usual,

    /// <summary>A list is merged by a key, or as a set.</summary>
    Merge,

    /// <summary>As <see cref="Merge"/>; what the patch's <c>$retainKeys</c> does not name goes.</summary>
    MergeRetainingKeys,

    /// <summary>Of an object: what the patch's <c>$retainKeys</c> does not name goes.</summary>
    RetainKeys,

    /// <summary>The whole value is replaced.</summary>
    Replace,
}

/// <summary>A field of a type.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, or that of a list's items.</param>
/// <param name="IsList">Whether it is a list.</param>
/// <param name="Strategy">How patches change it.</param>
/// <param name="MergeKey">Of a merged list of objects: what tells items apart; null: it is a set of texts.</param>
/// <param name="Text">What it is.</param>
internal sealed record FieldSchema(string Name, string Type, bool IsList, PatchStrategy Strategy, string? MergeKey, string Text);

/// <summary>A type of the API.</summary>
/// <param name="Package">The name's first part in OpenAPI.</param>
/// <param name="Name">Its name.</param>
/// <param name="ApiVersion">Group and version if it is a kind of its own; null: a part of others.</param>
/// <param name="Text">What it is.</param>
/// <param name="Fields">Its fields, by name.</param>
internal sealed record TypeSchema(string Package, string Name, string? ApiVersion, string Text, FrozenDictionary<string, FieldSchema> Fields)
{
    public string FullName => $"{Package}.{Name}";

    /// <summary>Fields in order of their names.</summary>
    public ImmutableArray<FieldSchema> Ordered { get; } = [.. Fields.Values.OrderBy(f => f.Name, StringComparer.Ordinal)];
}

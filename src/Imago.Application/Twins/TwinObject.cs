using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Domain.Clusters;

namespace Imago.Application.Twins;

/// <summary>One object of a twin at one resource version. It never changes; a changed object is another one.</summary>
/// <param name="key">Namespace (empty for kinds without one) and name.</param>
/// <param name="uid">Identity of this incarnation.</param>
/// <param name="resourceVersion">Version at which it became like this.</param>
/// <param name="labels">Its labels, so that selecting needs no rendering.</param>
/// <param name="render">Makes the document, <c>apiVersion</c> and <c>kind</c> included; called when somebody reads it.</param>
public sealed class TwinObject(ObjectKey key, string uid, long resourceVersion, ImmutableDictionary<string, string> labels, Func<JsonObject> render)
{
    public ObjectKey Key { get; } = key;

    public string Uid { get; } = uid;

    public long ResourceVersion { get; } = resourceVersion;

    public ImmutableDictionary<string, string> Labels { get; } = labels;

    /// <summary>The document. Each reader gets one of its own.</summary>
    public JsonObject Render() => render();
}

/// <summary>All objects of a kind at one resource version, in order of their keys.</summary>
public sealed record TwinList(ImmutableArray<TwinObject> Items, long ResourceVersion);

/// <summary>What happened to an object.</summary>
public enum TwinChangeType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One change of an object.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Object">The object afterwards; of a deletion, as it was last, with the version of the deletion.</param>
/// <param name="Before">The object before; null when it is new. Watches with a selector need it.</param>
public sealed record TwinChange(TwinChangeType Type, TwinObject Object, TwinObject? Before);

/// <summary>What a write came to; exactly one of them is given.</summary>
/// <param name="Object">The object as it is now.</param>
/// <param name="Refusal">Why nothing was done.</param>
public sealed record TwinAnswer(TwinObject? Object, TwinRefusal? Refusal)
{
    public static implicit operator TwinAnswer(TwinObject done) => new(done, null);

    public static implicit operator TwinAnswer(TwinRefusal refused) => new(null, refused);
}

/// <summary>A refusal as the API's <c>Status</c> tells it.</summary>
/// <param name="Code">HTTP status: 404, 409, 422, 429 …</param>
/// <param name="Reason"><c>NotFound</c>, <c>AlreadyExists</c>, <c>Conflict</c>, <c>Invalid</c>, <c>TooManyRequests</c> …</param>
/// <param name="Message">The message, in the words of the real API.</param>
/// <param name="Causes">What is wrong, field by field.</param>
/// <param name="RetryAfter">Seconds to wait; null: not said.</param>
public sealed record TwinRefusal(int Code, string Reason, string Message, ImmutableArray<TwinCause> Causes = default, int? RetryAfter = null);

/// <summary>One cause of a refusal.</summary>
/// <param name="Reason">For example <c>FieldValueInvalid</c>, <c>DisruptionBudget</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Field">Path of the field; null: none.</param>
public sealed record TwinCause(string Reason, string Message, string? Field);

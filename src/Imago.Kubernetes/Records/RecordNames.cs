using System.Text;
using Imago.Domain;
using Imago.Domain.Clusters;

namespace Imago.Kubernetes.Records;

/// <summary>Names of what Imago keeps in a cluster: the objects in its namespace, their labels and annotations.</summary>
internal static class RecordNames
{
    public const string LeaseName = "imago";

    /// <summary>Of all objects of ours; by it they are found again.</summary>
    public const string ManagedBy = "app.kubernetes.io/managed-by";

    public const string Imago = "imago";

    /// <summary>Selects all objects of ours.</summary>
    public const string Selector = $"{ManagedBy}={Imago}";

    /// <summary>Label: the pool that a record is of.</summary>
    public const string Pool = NodeLabels.OwnPrefix + "pool";

    /// <summary>Annotation: epoch of the writer, on records and on the lease.</summary>
    public const string Epoch = NodeLabels.OwnPrefix + "epoch";

    /// <summary>Annotation of a lease that was let go: who held it last. The same one takes it again under the same epoch, because nobody can have written in between.</summary>
    public const string LastHolder = NodeLabels.OwnPrefix + "last-holder";

    /// <summary>Annotation for people: id of the rollout.</summary>
    public const string Rollout = NodeLabels.OwnPrefix + "rollout";

    /// <summary>Annotation for people: where the rollout takes the pool.</summary>
    public const string Target = NodeLabels.OwnPrefix + "target";

    /// <summary>Annotation for people: the phase of the rollout.</summary>
    public const string Phase = NodeLabels.OwnPrefix + "phase";

    /// <summary>Annotation for people: how far it is.</summary>
    public const string Progress = NodeLabels.OwnPrefix + "progress";

    /// <summary>Key of a record in <c>data</c>.</summary>
    public const string Text = "record.json";

    /// <summary>Key of a record in <c>binaryData</c>, if it is long.</summary>
    public const string Compressed = "record.json.gz";

    // Values of labels.
    private const int LongestLabel = 63;

    // Names of objects may have 253 characters.
    private const int LongestSlug = 200;

    /// <summary>Name of the ConfigMap of a pool's record. Pools may be named by label values, which allow more than names of objects: what is replaced is made up for by a hash.</summary>
    public static string MapOf(string pool)
    {
        var slug = new StringBuilder(pool.Length);
        foreach (var c in pool.Length > LongestSlug ? pool.AsSpan(0, LongestSlug) : pool)
        {
            slug.Append(char.IsAsciiDigit(c) || char.IsAsciiLetterLower(c) ? c : char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : '-');
        }

        var plain = slug.ToString();
        return plain == pool && !plain.EndsWith('-') ? $"rollout-{pool}" : $"rollout-{plain.Trim('-')}.{StableHash.Of(pool):x8}";
    }

    /// <summary>The pool as the value of a label. Pools may be named by owners of nodes, whose names are longer: the end is replaced by a hash.</summary>
    public static string LabelOf(string pool) => pool.Length <= LongestLabel ? pool : $"{pool[..(LongestLabel - 9)].TrimEnd('-', '_', '.')}.{StableHash.Of(pool):x8}";
}

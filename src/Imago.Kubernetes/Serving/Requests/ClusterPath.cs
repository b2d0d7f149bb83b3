namespace Imago.Kubernetes.Serving.Requests;

/// <summary>A path below where the clusters are, taken apart: which cluster, and what of its API.</summary>
/// <param name="ClusterKey">Key of the cluster.</param>
/// <param name="Api">What comes after it, from its slash on.</param>
internal readonly record struct ClusterPath(string ClusterKey, string Api)
{
    // /subscriptions/{s}/resourcegroups/{g}/providers/microsoft.containerservice/managedclusters/{c}
    private const int SegmentsOfKey = 8;

    /// <summary>Null: it names no cluster.</summary>
    public static ClusterPath? Of(string path)
    {
        var at = 0;
        for (var segment = 0; segment < SegmentsOfKey; segment++)
        {
            if (at >= path.Length || path[at] != '/')
            {
                return null;
            }

            var next = path.IndexOf('/', at + 1);
            at = next < 0 ? path.Length : next;
        }

        var key = path[..at];
        return key.Contains("//", StringComparison.Ordinal) ? null : new ClusterPath(key.ToLowerInvariant(), at == path.Length ? "/" : path[at..]);
    }
}

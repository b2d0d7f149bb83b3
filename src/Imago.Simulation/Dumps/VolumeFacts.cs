using System.Collections.Immutable;
using System.Text.Json;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Dumps;

/// <summary>What a persistent volume says about where its pods can run.</summary>
/// <param name="Zones">Zones it can be used in; empty: anywhere, as far as zones go.</param>
/// <param name="NodeTerms">Requirements other than zones, any of which suffices; empty: none.</param>
/// <param name="Attached">Whether using it means attaching it to a node.</param>
internal sealed record VolumeFacts(ImmutableArray<string> Zones, ImmutableArray<NodeTerm> NodeTerms, bool Attached)
{
    // Drivers of network file systems: nothing is attached.
    private static readonly ImmutableArray<string> FileDrivers =
        ["file.csi.azure.com", "efs.csi.aws.com", "filestore.csi.storage.gke.io", "nfs.csi.k8s.io", "smb.csi.k8s.io", "blob.csi.azure.com", "cephfs.csi.ceph.com"];

    public static VolumeFacts Read(JsonElement item, Notes notes)
    {
        var spec = item.Child("spec");
        var zones = new SortedSet<string>(StringComparer.Ordinal);
        var terms = new List<NodeTerm>();
        foreach (var term in spec.Child("nodeAffinity", "required").Each("nodeSelectorTerms"))
        {
            var read = AffinityReader.Term(term, notes);
            foreach (var zone in read.Expressions.Where(IsZone).SelectMany(e => e.Values))
            {
                zones.Add(zone);
            }

            if (read.Expressions.Where(e => !IsZone(e)).ToImmutableArray() is { Length: > 0 } others)
            {
                terms.Add(new NodeTerm(others));
            }
        }

        // Disks of a region without zones carry an empty zone.
        zones.Remove("");
        if (zones.Count == 0 && !spec.Child("nodeAffinity").Exists())
        {
            var labels = item.Child("metadata", "labels");
            // Old volumes name their zones in a label, several joined by two underscores.
            foreach (var zone in (labels.Text("topology.kubernetes.io/zone") ?? labels.Text("failure-domain.beta.kubernetes.io/zone") ?? "").Split("__"))
            {
                zones.Add(zone);
            }

            zones.Remove("");
        }

        return new VolumeFacts([.. zones], [.. terms], Attaches(spec));
    }

    private static bool IsZone(NodeExpression expression) =>
        expression.Operator is "In" && expression.Key.EndsWith("/zone", StringComparison.Ordinal);

    private static bool Attaches(JsonElement spec)
    {
        if (spec.Child("csi").Exists())
        {
            return !FileDrivers.Contains(spec.Child("csi").Text("driver") ?? "", StringComparer.Ordinal);
        }

        return !(spec.Child("nfs").Exists() || spec.Child("local").Exists() || spec.Child("hostPath").Exists() || spec.Child("azureFile").Exists()
            || spec.Child("cephfs").Exists() || spec.Child("glusterfs").Exists());
    }
}

using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Domain.Clusters.Pools;
using Imago.Domain.Images;
using Imago.Kubernetes.Objects;
using NodaTime;

namespace Imago.Kubernetes.Clusters;

/// <summary>Which pool a node belongs to, by its labels and annotations.</summary>
internal delegate PoolMembership PoolOf(IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> annotations);

/// <summary>Turns labels, annotations, taints and conditions of a node into what deciding needs.</summary>
internal sealed class NodeReader(PoolOf poolOf)
{
    // UP-152: what makes a node unfit for pods although its kubelet reports.
    private static readonly ImmutableArray<string> Pressures = ["MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"];

    public Node Read(KubernetesNode node)
    {
        var (labels, annotations) = (node.Metadata.Labels, node.Metadata.Annotations);
        var pool = poolOf(labels, annotations);
        var (spec, info) = (node.Spec ?? new NodeSpec(), node.Status?.NodeInfo ?? new NodeSystemInfo());
        return new Node
        {
            Name = node.Metadata.Name ?? "",
            Uid = node.Metadata.Uid ?? "",
            Pool = pool.Pool,
            Zone = NodeFacts.ZoneOf(labels),

            // IM-13: the label, IM-5 form included; other distributions say it otherwise, or only in words.
            Image = NodeImage.Parse(NodeFacts.ImageOf(labels, info.OsImage)),

            // CH-34, IM-14: ordered and reached level.
            ReachedLevel = Level(annotations, NodeAnnotations.LivePatchingCurrent),
            DesiredLevel = Level(annotations, NodeAnnotations.LivePatchingGolden),
            Ready = Is(node, "Ready"),
            UnderPressure = Pressures.Any(p => Is(node, p)),
            Unschedulable = spec.Unschedulable == true,

            // UP-155: a cordon without the mark is somebody else's.
            Mark = CordonMarkText.Read(annotations.GetValueOrDefault(NodeAnnotations.CordonMark)),
            SteeredAway = spec.Taints?.Any(IsSteering) == true,
            ScaleDownDisabled = HasOurScaleDown(annotations),

            // IM-16
            Quarantined = labels.GetValueOrDefault(NodeLabels.UpgradeStatus) == NodeLabels.Quarantined,

            // CH-13
            RebootPending = RebootMarks.Pending(annotations) || Is(node, RebootMarks.Condition),
            RebootPendingSince = node.Status?.Conditions?.FirstOrDefault(c => c is { Type: RebootMarks.Condition, Status: "True" })?.LastTransitionTime,
            BootId = info.BootId is { Length: > 0 } boot ? boot : null,

            // NM-20
            KuredMarked = RebootMarks.OfKured(annotations),

            Agent = AgentReading.Report(annotations),
            Order = AgentReading.Order(annotations, out _),
            Updater = AgentReading.Updater(annotations),
            NotPatchedYet = spec.Taints?.Any(AgentReading.IsNotPatched) == true,

            // CH-89
            AutoProvisioned = pool.AutoProvisioned,
            Kubelet = KubernetesVersion.TryParse(info.KubeletVersion, out var kubelet) ? kubelet : null,
            CreatedAt = node.Metadata.CreationTimestamp ?? Instant.FromUnixTimeTicks(0),
            ResourceVersion = node.Metadata.ResourceVersion ?? "",
        };
    }

    /// <summary>UP-156: our steering taint.</summary>
    internal static bool IsSteering(Taint taint) => taint is { Key: NodeLabels.SteeringTaint, Effect: OwnMarks.SteeringEffect };

    /// <summary>UP-8: the pair of annotations, as we write it.</summary>
    internal static bool HasOurScaleDown(IReadOnlyDictionary<string, string> annotations) =>
        annotations.GetValueOrDefault(OwnMarks.ScaleDownDisabled) == OwnMarks.True && annotations.GetValueOrDefault(OwnMarks.ScaleDownReason) == OwnMarks.Upgrade;

    // Unread is not true.
    private static bool Is(KubernetesNode node, string condition) => node.Status?.Conditions?.Any(c => c.Type == condition && c.Status == "True") == true;

    private static PatchLevel? Level(ImmutableDictionary<string, string> annotations, string key) => PatchLevel.TryParse(annotations.GetValueOrDefault(key), out var level) ? level : null;
}

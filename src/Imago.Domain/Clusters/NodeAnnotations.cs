using NodaTime;
using NodaTime.Text;

namespace Imago.Domain.Clusters;

/// <summary>Names of node annotations that we read or write.</summary>
/// <remarks>Rules: IM-12, IM-14, IM-17, CH-34, CH-38.</remarks>
public static class NodeAnnotations
{
    /// <summary>IM-12, CH-38: when a security-patch reimage last applied a patch level; see <see cref="PatchTimestamp"/>.</summary>
    public const string SecurityPatchTimestamp = "kubernetes.azure.com/security-patch-timestamp";

    /// <summary>IM-14, CH-34: patch level ordered from the node.</summary>
    public const string LivePatchingGolden = "kubernetes.azure.com/live-patching-golden-timestamp";

    /// <summary>IM-14, CH-34: patch level the node has reached completely.</summary>
    public const string LivePatchingCurrent = "kubernetes.azure.com/live-patching-current-timestamp";

    /// <summary>IM-14: address of the package repository for nodes without internet.</summary>
    public const string LivePatchingRepoService = "kubernetes.azure.com/live-patching-repo-service";

    /// <summary>IM-14: special patch content; Azure Linux only.</summary>
    public const string LivePatchingCustomPatching = "kubernetes.azure.com/live-patching-custom-patching";

    /// <summary>IM-14: kubelet patch to install; Azure Linux only.</summary>
    public const string LivePatchingKubeletVersion = "kubernetes.azure.com/live-patching-kubelet-version";

    /// <summary>UP-155, IM-17: our mark that goes with a cordon of ours.</summary>
    public const string CordonMark = NodeLabels.OwnPrefix + "cordon";

    /// <summary>IM-17: what the control side asks of the node's agent beside the level (CH-34): <see cref="NodeOs.NodeOrder"/> as JSON.</summary>
    public const string Order = NodeLabels.OwnPrefix + "node-os-order";

    /// <summary>IM-17, NM-30: what the node's agent reports: <see cref="NodeOs.AgentReport"/> as JSON.</summary>
    public const string AgentReport = NodeLabels.OwnPrefix + "node-os-report";

    /// <summary>IM-17, NM-18: who keeps the packages of the node up to date: <c>distribution</c> or <c>imago</c>.</summary>
    public const string Updater = NodeLabels.OwnPrefix + "node-os-updater";

    /// <summary>The value of <see cref="SecurityPatchTimestamp"/>.</summary>
    /// <remarks>IM-12: RFC 3339 in UTC, to the second.</remarks>
    public static string PatchTimestamp(Instant appliedAt) => InstantPattern.General.Format(appliedAt);
}

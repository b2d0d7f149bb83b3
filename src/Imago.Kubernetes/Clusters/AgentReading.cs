using Imago.Application.NodeOs;
using Imago.Domain.Clusters;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.Kubernetes.Objects;

namespace Imago.Kubernetes.Clusters;

/// <summary>
/// Reads what control side and agent wrote on a node for each other. Nodes of a pool say the same: their words, and the moments of archives that their orders name, are
/// kept once.
/// </summary>
/// <remarks>Rules: NM-30, CH-37.</remarks>
internal static class AgentReading
{
    private const int Places = 1 << 8;

    private static readonly ArchiveState?[] Archives = new ArchiveState?[Places];

    /// <summary>NM-30: what the agent says; null: nothing that can be read.</summary>
    public static AgentReport? Report(IReadOnlyDictionary<string, string> annotations) => ReportText.Read(annotations.GetValueOrDefault(NodeAnnotations.AgentReport)) is { } report
        ? report with
        {
            Reason = Pooled(report.Reason),
            Message = Pooled(report.Message),
            System = Pooled(report.System) ?? "",
            Agent = Pooled(report.Agent) ?? "",
            Inventory = Pooled(report.Inventory) ?? "",
            Held = [.. report.Held.Select(h => new HeldPackage(Pooled(h.Package)!, Pooled(h.Installed)!, Pooled(h.Available)!, Pooled(h.Why)!))],
        }
        : null;

    /// <summary>The order; null: none, or none that can be read, and then whoever orders next writes over it.</summary>
    /// <param name="annotations">Annotations of the node.</param>
    /// <param name="problem">Why the one that is there cannot be read; null: it can, or there is none.</param>
    public static NodeOrder? Order(IReadOnlyDictionary<string, string> annotations, out string? problem) =>
        OrderText.Read(annotations.GetValueOrDefault(NodeAnnotations.Order), out problem) is { } order ? order with { Image = Pooled(order.Image), Archive = Pooled(order.Archive) } : null;

    /// <summary>NM-18: who keeps the packages.</summary>
    public static OsUpdater? Updater(IReadOnlyDictionary<string, string> annotations) => NodeOsWords.Updater(annotations.GetValueOrDefault(NodeAnnotations.Updater));

    /// <summary>CH-37: the taint that machines register with. A kubelet may have been told another effect; only we take it off.</summary>
    public static bool IsNotPatched(Taint taint) => taint.Key == NodeLabels.NotPatchedTaint;

    private static string? Pooled(string? text) => text is null ? null : text.Length > TextPool.Longest ? text : TextPool.Of(text.AsSpan());

    private static ArchiveState? Pooled(ArchiveState? archive)
    {
        if (archive is null)
        {
            return null;
        }

        ref var place = ref Archives[archive.GetHashCode() & (Places - 1)];
        if (Volatile.Read(ref place) is { } pooled && pooled.Equals(archive))
        {
            return pooled;
        }

        Volatile.Write(ref place, archive);
        return archive;
    }
}

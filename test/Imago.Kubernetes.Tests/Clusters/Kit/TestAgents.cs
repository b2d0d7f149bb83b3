using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Imago.Application.NodeOs;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using NodaTime;

namespace Imago.Kubernetes.Tests.Clusters.Kit;

/// <summary>
/// The agents on the nodes of a <see cref="MiniApi"/>: they answer orders by changing their own node, as real ones do, one step at a time. A machine that restarts is not
/// Ready in between.
/// </summary>
internal sealed class TestAgents : IAsyncDisposable
{
    public const string First = "ImagoDebian-12-202306.10.0";

    private readonly MiniApi _api;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public TestAgents(MiniApi api)
    {
        _api = api;
        _running = RunAsync();
    }

    /// <summary>Levels after which a machine has to restart.</summary>
    public HashSet<PatchLevel> NeedReboot { get; } = [];

    /// <summary>Nodes whose agent does nothing.</summary>
    public HashSet<string> Dead { get; } = new(StringComparer.Ordinal);

    /// <summary>Packages that are kept back on all nodes.</summary>
    public ImmutableArray<HeldPackage> Held { get; set; } = [];

    /// <summary>What was begun, in order: node, order id, mode, and whether the node was cordoned.</summary>
    public List<(string Node, string Id, OrderMode Mode, bool Cordoned)> Begun { get; } = [];

    /// <summary>The orders that ever stood on nodes, as texts, in order and each once.</summary>
    public IReadOnlyList<string> OrdersEver => [.. _api.Told("nodes").Select(n => Annotation(n, NodeAnnotations.Order)).OfType<string>().Distinct(StringComparer.Ordinal)];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    public static string? Annotation(JsonObject node, string name) => (string?)node["metadata"]!["annotations"]?[name];

    public static AgentReport? ReportOf(JsonObject node) => ReportText.Read(Annotation(node, NodeAnnotations.AgentReport));

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            foreach (var name in _api.All("nodes").Select(n => n["metadata"]!["name"]!.GetValue<string>()).Where(n => !Dead.Contains(n)))
            {
                _api.Change("nodes", null, name, Step);
            }

            await Task.WhenAny(Task.Delay(5, _stop.Token));
        }
    }

    // One step; nothing is written when there is nothing to do.
    private bool Step(JsonObject node)
    {
        var (name, labels, report) = (node["metadata"]!["name"]!.GetValue<string>(), node["metadata"]!["labels"]!.AsObject(), ReportOf(node));
        if (report is null)
        {
            labels[NodeLabels.NodeImageVersion] = First;
            return Report(node, new AgentReport { Phase = AgentPhase.Idle, System = "debian 12", Agent = "1.0", BootId = $"{name}-1" });
        }

        if (report.Phase == AgentPhase.Rebooting)
        {
            Ready(node, true);
            return Report(node, report with { Phase = AgentPhase.Applying, BootId = $"{name}-{report.BootId.Length}{report.Attempts}" });
        }

        var order = OrderText.Read(Annotation(node, NodeAnnotations.Order), out _);
        if (order is null || (order.Id == report.OrderId && report.Phase is not (AgentPhase.Staging or AgentPhase.Applying)))
        {
            return false;
        }

        var restarts = order.Content == OrderContent.Reboot || order.Level is { } level && NeedReboot.Contains(level);
        if (order.Id != report.OrderId)
        {
            Begun.Add((name, order.Id, order.Mode, node["spec"]!["unschedulable"] is not null));
            return Report(node, report with { OrderId = order.Id, Level = order.Level, Attempts = 1, Phase = order.Mode == OrderMode.Stage ? AgentPhase.Staging : AgentPhase.Applying, Planned = Plan(order, restarts) });
        }

        if (order.Mode == OrderMode.Stage)
        {
            return Report(node, report with { Phase = AgentPhase.Staged });
        }

        if (order.Mode == OrderMode.Live && restarts)
        {
            return Report(node, report with { Phase = AgentPhase.RebootNeeded });
        }

        if (order.Mode == OrderMode.Drained && restarts && report.Attempts == 1)
        {
            Ready(node, false);
            return Report(node, report with { Phase = AgentPhase.Rebooting, Attempts = 2 });
        }

        if (order.Image is { } image)
        {
            labels[NodeLabels.NodeImageVersion] = image;
        }

        if (Held.Length > 0)
        {
            return Report(node, report with { Phase = AgentPhase.AppliedPartially, Held = Held });
        }

        if (order.Level is { } reached)
        {
            node["metadata"]!["annotations"]![NodeAnnotations.LivePatchingCurrent] = reached.ToString();
        }

        return Report(node, report with { Phase = AgentPhase.Applied, Reached = order.Level });
    }

    private static PlannedChange? Plan(NodeOrder order, bool restarts) =>
        order.Level is { } level ? new PlannedChange(level, order.Content, restarts ? RebootVerdict.Reboot : RebootVerdict.None, 3, 4096) : null;

    private static bool Report(JsonObject node, AgentReport report)
    {
        var annotations = node["metadata"]!["annotations"] as JsonObject ?? [];
        node["metadata"]!["annotations"] = annotations;
        annotations[NodeAnnotations.AgentReport] = ReportText.Write(report with { At = Instant.FromDateTimeOffset(new WallClock().GetUtcNow()) });
        return true;
    }

    private static void Ready(JsonObject node, bool ready) =>
        node["status"]!["conditions"]!.AsArray().Single(c => c!["type"]!.GetValue<string>() == "Ready")!["status"] = ready.ToString(CultureInfo.InvariantCulture);
}

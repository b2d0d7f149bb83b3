using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Domain.Tests.Rollouts.Kit;

/// <summary>
/// Machines that are patched in place: their agents stage in 2 minutes, patch in 8, and restart in 3. One that holds fixes back, refuses, or is silent does so for every order.
/// </summary>
internal sealed partial class ObedientWorld
{
    private readonly List<(Instant At, string Node, NodeOrder Order)> _orders = [];

    /// <summary>Orders that agents were given, oldest first.</summary>
    public IReadOnlyList<(Instant At, string Node, NodeOrder Order)> Orders => _orders;

    /// <summary>Machines that have to restart for whatever they install.</summary>
    public HashSet<string> Restarting { get; } = new(StringComparer.Ordinal);

    /// <summary>Machines on which a package with a fix is held.</summary>
    public HashSet<string> Holding { get; } = new(StringComparer.Ordinal);

    /// <summary>Machines whose agent refuses to install.</summary>
    public HashSet<string> Refusing { get; } = new(StringComparer.Ordinal);

    /// <summary>Machines whose agent takes no order.</summary>
    public HashSet<string> Silent { get; } = new(StringComparer.Ordinal);

    /// <summary>Orders that cannot even be planned, because the mirror is not at the edition that they name; they are tried every ten minutes.</summary>
    public Func<string, NodeOrder, bool> MirrorIsElsewhere { get; set; } = (_, _) => false;

    private bool IsInPlace(string pool) => Spec.Pools.Any(p => string.Equals(p.Name, pool, StringComparison.Ordinal) && p.Provider.InPlace);

    private IEnumerable<KeyValuePair<string, ProviderOperation>> OrderedOperations() => _records.Values.SelectMany(r => r.AwaitedOperations())
        .Select(id => View.Nodes.Values.FirstOrDefault(n => string.Equals(n.Order?.Id, id, StringComparison.Ordinal)))
        .Where(n => n is not null)
        .Select(n => KeyValuePair.Create(n!.Order!.Id, InPlaceOperations.StateOf(n.Order, n.Agent, Now)));

    /// <summary>The provider of machines: an order on the node.</summary>
    private bool Order(ProviderRequest request)
    {
        var order = InPlaceOperations.OrderOf(request, Now) ?? throw new InvalidOperationException($"{request} is no order");
        if (View.Nodes[request.Node].Order is { } standing && string.Equals(standing.Id, order.Id, StringComparison.Ordinal))
        {
            if (InPlaceOperations.Renewed(standing, order, View.Nodes[request.Node].Agent) is not { } renewed)
            {
                return false;
            }

            order = renewed;
        }

        Change(request.Node, n => n with { Order = order });
        Ordered(request.Node, order);
        return true;
    }

    private void Ordered(string node, NodeOrder order)
    {
        _orders.Add((Now, node, order));
        Story.Say(Now, $"{node} is ordered: {order.Mode} {order.Content} {order.Level}");
        if (!Silent.Contains(node))
        {
            Schedule(Duration.FromMinutes(order.Mode == OrderMode.Stage ? 2 : 8), () => Answer(node, order));
        }
    }

    private void Answer(string node, NodeOrder order)
    {
        if (!View.Nodes.TryGetValue(node, out var seen) || seen.Order != order)
        {
            return;
        }

        if (order.Mode != OrderMode.Stage && Now >= order.NotAfter)
        {
            Report(node, new AgentReport { OrderId = order.Id, Level = order.Level, Reached = seen.ReachedLevel, At = Now, Phase = AgentPhase.Retrying, Reason = InPlaceOperations.WindowClosed });
            return;
        }

        if (MirrorIsElsewhere(node, order))
        {
            var attempts = seen.Agent?.OrderId == order.Id ? seen.Agent.Attempts + 1 : 1;
            Report(node, new AgentReport { OrderId = order.Id, Level = order.Level, Reached = seen.ReachedLevel, At = Now, Phase = AgentPhase.Retrying, Reason = "MirrorAhead", Message = "The mirror is at a newer edition.", Attempts = attempts });
            Schedule(Duration.FromMinutes(10), () => Answer(node, order));
            return;
        }

        var reboots = Restarting.Contains(node);
        var report = new AgentReport
        {
            OrderId = order.Id,
            Level = order.Level,
            Reached = seen.ReachedLevel,
            At = Now,
            Planned = new PlannedChange(order.Level!.Value, order.Content, reboots ? RebootVerdict.Reboot : RebootVerdict.None, 26, 0),
        };
        if (order.Mode == OrderMode.Stage)
        {
            Report(node, report with { Phase = AgentPhase.Staged });
        }
        else if (Refusing.Contains(node))
        {
            Report(node, report with { Phase = AgentPhase.Refused, Reason = "UnknownSystem", Message = "No driver for this system." });
        }
        else if (order.Mode == OrderMode.Live && reboots)
        {
            Report(node, report with { Phase = AgentPhase.RebootNeeded });
        }
        else if (reboots)
        {
            Report(node, report with { Phase = AgentPhase.Rebooting });
            Change(node, n => n with { Ready = false });
            Schedule(Duration.FromMinutes(3), () =>
            {
                Change(node, n => n with { Ready = true });
                Installed(node, order, report);
            });
        }
        else
        {
            Installed(node, order, report);
        }
    }

    private void Installed(string node, NodeOrder order, AgentReport report)
    {
        if (Holding.Contains(node))
        {
            Report(node, report with { Phase = AgentPhase.AppliedPartially, Held = [new HeldPackage("kubelet", "1.34.1", "1.34.2", "apt-mark hold")] });
            return;
        }

        Report(node, report with { Phase = AgentPhase.Applied, Reached = order.Level });
        Change(node, n => n with { ReachedLevel = order.Level, Image = order.Image is { } image ? NodeImage.Parse(image) : n.Image });
    }

    private void Report(string node, AgentReport report)
    {
        Story.Say(Now, $"{node} reports {report.Phase}");
        Change(node, n => n with { Agent = report });
    }
}

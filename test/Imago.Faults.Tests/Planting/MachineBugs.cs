using Imago.Application.Reconciling;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Machines;

namespace Imago.Faults.Tests.Planting;

/// <summary>Live orders have no end, and those that a rollout gave up are left standing. Either alone does no harm: an order that is left ends with its window.</summary>
internal sealed class LiveOrderLeft : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Rollout = (_, _, plan) => plan with
        {
            Actions = [.. plan.Actions.Select(a => a is RolloutAction.UpdateNode { Update.Order: { } order } update ? update with { Update = update.Update with { Order = order with { NotAfter = null } } } : a)],
        },
        Machines = (input, plan) => plan with { Actions = [.. plan.Actions.Where(a => input.View.Nodes[a.Node].Order is not { Mode: OrderMode.Live } order || AgentIsDone(input, a, order))] },
    };

    private static bool AgentIsDone(ClusterInput input, RolloutAction action, NodeOrder order) =>
        input.View.Nodes[action.Node].Agent is { Settled: true } report && string.Equals(report.OrderId, order.Id, StringComparison.Ordinal);
}

/// <summary>What is staged is installed at once, while the node serves.</summary>
internal sealed class StagingInstalls : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Machines = (_, plan) => Changed(plan, o => o.Mode == OrderMode.Stage ? o with { Mode = OrderMode.Live } : o),
    };

    internal static MachineCarePlan Changed(MachineCarePlan plan, Func<NodeOrder, NodeOrder> change) => plan with
    {
        Actions = [.. plan.Actions.Select(a => a is RolloutAction.UpdateNode { Update.Order: { } order } update ? update with { Update = update.Update with { Order = change(order) } } : a)],
    };
}

/// <summary>Live orders are written as if the node were drained.</summary>
internal sealed class LiveMayRestart : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Rollout = (_, _, plan) => plan with
        {
            Actions = [.. plan.Actions.Select(a => a is RolloutAction.UpdateNode { Update.Order: { Mode: OrderMode.Live } order } update
                ? update with { Update = update.Update with { Order = order with { Mode = OrderMode.Drained } } } : a)],
        },
    };
}

/// <summary>Archives that are signed again are not heard of: orders keep the edition that they were given with.</summary>
internal sealed class OrderNeverRenewed : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Machines = (input, plan) => plan with
        {
            Actions = [.. plan.Actions.Where(a => a is not RolloutAction.UpdateNode { Update.Order: { } order } || !string.Equals(input.View.Nodes[a.Node].Order?.Id, order.Id, StringComparison.Ordinal))],
        },
    };
}

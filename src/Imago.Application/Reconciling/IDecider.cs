using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Machines;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Application.Reconciling;

/// <summary>
/// The "decide" of observe, decide, act. Production has one, the planners; the seam is there so that the fault-injection tests can plant bugs between
/// deciding and acting and see them found.
/// </summary>
internal interface IDecider
{
    ClusterPlan Decide(ClusterInput input);

    RolloutPlan Decide(ClusterInput input, PoolSpec pool, RolloutRecord record);

    MachineCarePlan Care(ClusterInput input) => MachineCare.Decide(input);
}

/// <summary>The planners.</summary>
internal sealed class PlannerDecider : IDecider
{
    public static PlannerDecider Instance { get; } = new();

    public ClusterPlan Decide(ClusterInput input) => ClusterPlanner.Decide(input);

    public RolloutPlan Decide(ClusterInput input, PoolSpec pool, RolloutRecord record) => RolloutPlanner.Decide(input, pool, record);
}

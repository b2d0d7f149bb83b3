using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>
/// Decides the next steps of a pool under way: pure, total and level-based. It looks at the record and at what is, never at what woke it, so
/// a crash between any two actions costs a pass and nothing else.
/// </summary>
public static class RolloutPlanner
{
    /// <summary>The next steps of one pool's rollout; also of an ended one that has left something to tidy up.</summary>
    /// <remarks>Rules: UP-1…11, UP-30…45, UP-50…57, UP-64…66, UP-90…95, UP-150…156, MW-52…54.</remarks>
    public static RolloutPlan Decide(ClusterInput input, PoolSpec pool, RolloutRecord record)
    {
        var pass = new RolloutPass(input, pool, record with { Epoch = input.Epoch }, WindowGate.Of(input.Spec, input.Now));
        SurgeSteps.Advance(pass);
        NodeSteps.Advance(pass);
        Drains.Advance(pass);
        Aftermath.Tend(pass);
        if (!pass.Record.Ended)
        {
            Progression.Continue(pass);
        }
        else
        {
            Steering.TakeOff(pass);
        }

        // Persisting nothing new is not worth a write: the epoch alone is not news.
        var plan = pass.ToPlan();
        return plan.Record with { Epoch = record.Epoch } == record ? plan with { Record = record } : plan;
    }
}

using System.Collections.Immutable;
using Imago.Application.Reconciling;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Faults.Tests.Planting;

/// <summary>One surge node more than the settings say.</summary>
internal sealed class SurgeOffByOne : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Cluster = (_, plan) => plan.Start is { Surge: > 0 } start ? plan with { Start = start with { Surge = start.Surge + 1 } } : plan,
    };
}

/// <summary>One node more out of service than the settings say, when upgrading in place.</summary>
internal sealed class UnavailableOffByOne : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Cluster = (_, plan) => plan.Start is { MaxUnavailable: > 0 } start ? plan with { Start = start with { MaxUnavailable = start.MaxUnavailable + 1 } } : plan,
    };
}

/// <summary>The closing instant counts as inside the window.</summary>
internal sealed class WindowEndIncluded : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Input = input => input.Spec.Window is { } window && !window.Times.StateAt(input.Now).IsOpen && window.Times.StateAt(input.Now - Duration.Epsilon).IsOpen
            ? input with { Spec = input.Spec with { WindowOverrideUntil = input.Now + Duration.Epsilon } }
            : input,
    };
}

/// <summary>Blocked dates end one day early.</summary>
internal sealed class BlockedEndDayForgotten : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Input = input => input.Spec.Window?.Times is Domain.Maintenance.MaintenanceWindow { NotAllowedDates: [{ } blocked] } times && blocked.End > blocked.Start
            ? input with
            {
                Spec = input.Spec with
                {
                    Window = input.Spec.Window with
                    {
                        Times = new Domain.Maintenance.MaintenanceWindow(
                            times.Schedule, times.DurationHours, times.StartTime, times.UtcOffset, times.StartDate, [blocked with { End = blocked.End.PlusDays(-1) }]),
                    },
                },
            }
            : input,
    };
}

/// <summary>With FinishNode, too, a pool that was begun in a window is finished outside it.</summary>
internal sealed class FinishesThePool : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Input = input => input.Records.Values.Any(r => r is { Ended: false, Active.Count: > 0 })
            ? input with { Spec = input.Spec with { WindowOverrideUntil = Instant.MaxValue } }
            : input,
    };
}

/// <summary>The canary counts as passed from the start.</summary>
internal sealed class CanarySkipped : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Cluster = (_, plan) => plan.Start is { } start ? plan with { Start = start with { CanaryPassedAt = start.StartedAt } } : plan,
    };
}

/// <summary>Every pod is taken for one that has a controller.</summary>
internal sealed class BarePodsUnseen : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Input = input => input with
        {
            View = input.View.Pods.Values.Select(p => p.Pod).Where(p => p.Owner is null).OrderBy(p => p.Key)
                .Aggregate(input.View, (v, p) => v.Apply(new ClusterChange.PodSeen(p with { Owner = new WorkloadRef("Job", p.Key.Name) }))),
        },
    };
}

/// <summary>A halt is forgotten: after a node that did not come back, the next one is tried.</summary>
internal sealed class HaltForgotten : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Rollout = (_, before, plan) => before.Phase == RolloutPhase.Running && plan.Record.Phase is RolloutPhase.Halting or RolloutPhase.Failed
            ? plan with { Record = plan.Record with { Phase = RolloutPhase.Running, EndedAt = null, CanaryPassedAt = plan.Record.CanaryPassedAt ?? plan.Record.StartedAt } }
            : plan,
    };
}

/// <summary>Nodes that run something newer than the newest release are taken, too.</summary>
internal sealed class Downgrade : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Input = input => input with
        {
            View = input.View.Nodes.Values.Where(n => n.Image.IsKnown && input.Catalog.ImagesOf(n.Image.Family) is [.., var newest] && n.Image.Version > newest.Image.Version)
                .OrderBy(n => n.Name, StringComparer.Ordinal)
                .Aggregate(input.View, (v, n) => v.Apply(new ClusterChange.NodeSeen(n with { Image = NodeImage.Parse("unknown") }))),
        },
    };
}

/// <summary>Withdrawn images are still targets.</summary>
internal sealed class WithdrawnStillOffered : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Input = input => input with
        {
            Catalog = ReleaseCatalog.Of(
                input.Catalog.Families.SelectMany(f => input.Catalog.ImagesOf(f)).Select(r => r with { WithdrawnAt = null }),
                input.Catalog.Tracks.SelectMany(t => input.Catalog.PatchesOf(t))),
        },
    };
}

/// <summary>Pauses are not read.</summary>
internal sealed class PauseIgnored : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Input = input => input with { Spec = input.Spec with { Pause = null, Pools = [.. input.Spec.Pools.Select(p => p with { Pause = null })] } },
    };
}

/// <summary>Every rollout is forced.</summary>
internal sealed class ForcedAlways : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Cluster = (_, plan) => plan.Start is { } start ? plan with { Start = start with { Forced = true } } : plan,
    };
}

/// <summary>A cordoned node counts as empty: the reimage does not wait for the drain.</summary>
internal sealed class DrainSkipped : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Input = input => input with
        {
            View = input.View.Pods.Values.Where(p => !p.Pod.BelongsToDaemonSet && p.Pod.NodeName is { } on && input.View.Nodes.TryGetValue(on, out var node) && node.Mark is not null)
                .Aggregate(input.View, (v, p) => v.Apply(new ClusterChange.PodGone(p.Pod.Key))),
        },
    };
}

/// <summary>A surge node is forgotten instead of returned.</summary>
internal sealed class SurgeNodeLeaked : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Rollout = (_, _, plan) => plan with
        {
            Record = plan.Record with { SurgeNodes = plan.Record.SurgeNodes.RemoveRange(plan.Record.SurgeNodes.Where(s => s.Value.Step is SurgeStep.Draining).Select(s => s.Key)) },
        },
    };
}

/// <summary>The planner's wake time is lost: a rollout goes on only when something happens by itself.</summary>
internal sealed class WakeUpLost : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Rollout = (_, _, plan) => plan with { WakeAt = null },
    };
}

/// <summary>No waiting between tries: every plan asks to be looked at again at once.</summary>
internal sealed class NoBackOff : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Rollout = (input, _, plan) => plan.WakeAt is null ? plan : plan with { WakeAt = input.Now },
    };
}

/// <summary>A failed operation is taken for one that still runs: nobody ever hears of the failure.</summary>
internal sealed class FailureUnheard : PlantedBug
{
    public override IDecider Around(IDecider decider) => new WrappedDecider(decider)
    {
        Input = input => input with
        {
            Operations = input.Operations.Values.Select(o => o.State == Domain.Rollouts.Actions.OperationState.Failed ? o with { State = Domain.Rollouts.Actions.OperationState.Running } : o)
                .ToImmutableDictionary(o => o.Id, StringComparer.Ordinal),
        },
    };
}

using System.Collections.Immutable;
using Imago.Application.Ports;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Events;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Application.Reconciling;

/// <summary>
/// Observe → decide → act for one cluster, one pass at a time. The passes of one instance must not overlap; instances of other processes may, the lease and
/// its epoch keep them apart. Nothing is remembered between passes but refused evictions and the number of failed tries.
/// </summary>
public sealed class ClusterReconciler
{
    // A pass goes on while its own writes give it something to decide. A rollout of N nodes moves at most a few steps per node without anything happening
    // outside; beyond this many rounds the rest is left to the next pass, so that one cluster cannot starve the others.
    private const int MostRounds = 64;

    private readonly IClusterConnection _cluster;
    private readonly INodeProvider _provider;
    private readonly TimeProvider _clock;
    private readonly ReconcilerOptions _options;
    private readonly IReconcileObserver _observer;
    private readonly IDecider _decider;
    private readonly RefusedEvictions _refused = new();
    private readonly Actuator _actuator;
    private int _failures;

    public ClusterReconciler(
        IClusterConnection cluster, INodeProvider provider, TimeProvider clock, ReconcilerOptions options, IReconcileObserver observer)
        : this(cluster, provider, clock, options, observer, PlannerDecider.Instance)
    {
    }

    internal ClusterReconciler(
        IClusterConnection cluster, INodeProvider provider, TimeProvider clock, ReconcilerOptions options, IReconcileObserver observer, IDecider decider)
    {
        (_cluster, _provider, _clock, _options, _observer, _decider) = (cluster, provider, clock, options, observer, decider);
        _actuator = new Actuator(cluster, provider, observer);
    }

    /// <summary>One pass.</summary>
    /// <returns>The next instant at which to pass even if nothing changes; null when only a change matters.</returns>
    public async ValueTask<Instant?> ReconcileAsync(ClusterSpec spec, ReleaseCatalog catalog, CancellationToken cancellation)
    {
        try
        {
            var wake = await PassAsync(spec, catalog, cancellation);
            _failures = 0;
            return wake;
        }
        catch (ConnectionException)
        {
            // Whether the call took effect is unknown: observe again, later. The wait doubles: 2, 4, 8 … 60 s.
            var wait = Duration.Min(_options.LongestRetry, _options.FirstRetry * Math.Pow(2, Math.Min(_failures++, 16)));
            return Now() + wait;
        }
    }

    private async ValueTask<Instant?> PassAsync(ClusterSpec spec, ReleaseCatalog catalog, CancellationToken cancellation)
    {
        if (_cluster.LeaseIsWritten && await RestingAsync(spec, catalog, cancellation) is { } resting)
        {
            return resting.WakeAt;
        }

        if (await LeaseGuard.TakeAsync(_cluster, _clock, _options, cancellation) is not { } guard)
        {
            return Now() + (_options.LeaseLength / 2);
        }

        for (var round = 0; round < MostRounds; round++)
        {
            var (input, versions) = await ObserveAsync(spec, catalog, guard.Epoch, cancellation);
            var step = new StepOutcome();
            foreach (var (pool, record) in input.Records)
            {
                if (record.NeedsCare(input.View))
                {
                    await AdvanceAsync(input, PoolOf(spec, pool), record, versions[pool], guard, step, cancellation);
                }

                if (step.Superseded)
                {
                    return step.WakeAt;
                }
            }

            // UP-62: one at a time, so there is nothing to start while one is under way.
            if (!step.Again && input.Records.Values.All(r => r.Ended))
            {
                await StartAsync(input, versions, guard, step, cancellation);
            }

            // After the rollouts, because it goes by what they have not begun.
            if (!step.Again)
            {
                var care = _decider.Care(input);
                step.Wake(care.WakeAt);
                await ActAsync(input, care.Actions, guard, step, cancellation);
            }

            if (!step.Again || !guard.MayWrite || (step.Ended && _options.StopAtEnds))
            {
                return step.Again ? Now() : step.WakeAt;
            }
        }

        return Now() + _options.ChangeCoalescing;
    }

    /// <summary>What is decided if there is nothing to do; null: there is, or something is under way, and what is seen without a lease decides nothing.</summary>
    private async ValueTask<ClusterPlan?> RestingAsync(ClusterSpec spec, ReleaseCatalog catalog, CancellationToken cancellation)
    {
        // What is under way is not looked at twice: each look asks the provider.
        if ((await _cluster.ReadRecordsAsync(cancellation)).Values.Any(r => !r.Record.Ended))
        {
            return null;
        }

        var (input, _) = await ObserveAsync(spec, catalog, epoch: 0, cancellation);
        var care = _decider.Care(input);
        if (input.Records.Values.Any(r => r.NeedsCare(input.View)) || !care.Actions.IsEmpty || _decider.Decide(input) is not { Start: null } plan)
        {
            return null;
        }

        _observer.Decided(input, plan);
        return care.WakeAt is { } at && !(plan.WakeAt <= at) ? plan with { WakeAt = at } : plan;
    }

    private async ValueTask<(ClusterInput Input, ImmutableSortedDictionary<string, string> Versions)> ObserveAsync(
        ClusterSpec spec, ReleaseCatalog catalog, long epoch, CancellationToken cancellation)
    {
        var stored = await _cluster.ReadRecordsAsync(cancellation);
        var operations = new Dictionary<string, ProviderOperation>(StringComparer.Ordinal);
        foreach (var record in stored.Values)
        {
            foreach (var id in record.Record.AwaitedOperations())
            {
                if (await _provider.FindAsync(id, cancellation) is { } operation)
                {
                    operations[id] = operation;
                }
            }
        }

        var view = await _cluster.ObserveAsync(cancellation);
        var now = Now();
        _refused.Forget(now);
        var input = new ClusterInput
        {
            Now = now,
            View = view,
            Spec = spec,
            Catalog = catalog,
            Records = stored.ToImmutableSortedDictionary(s => s.Key, s => s.Value.Record, StringComparer.Ordinal),
            Operations = operations,
            Refused = _refused.Until,
            Epoch = epoch,
        };
        return (input, stored.ToImmutableSortedDictionary(s => s.Key, s => s.Value.Version, StringComparer.Ordinal));
    }

    private async ValueTask AdvanceAsync(
        ClusterInput input, PoolSpec pool, RolloutRecord record, string version, LeaseGuard guard, StepOutcome step, CancellationToken cancellation)
    {
        var plan = _decider.Decide(input, pool, record);
        _observer.Decided(input, plan);
        step.Wake(plan.WakeAt);
        if (!guard.MayWrite)
        {
            step.Again = true;
            return;
        }

        if (plan.Record != record)
        {
            // The intent is stored before anything is done about it; a successor finds what was meant.
            step.Again = true;
            if ((await _cluster.WriteRecordAsync(plan.Record, version, cancellation)).Stored is null)
            {
                return;
            }

            step.Ended |= plan.Record.Ended && !record.Ended;
            await TellAsync(record, plan.Record, cancellation);
        }

        if (await ActAsync(input, plan.Actions, guard, step, cancellation) && record.AwaitedOperations().Any())
        {
            step.Wake(input.Now + _options.PollProvider);
        }
    }

    /// <summary>Carries out actions in their order; false: the lease or another writer put an end to it.</summary>
    private async ValueTask<bool> ActAsync(ClusterInput input, ImmutableArray<RolloutAction> actions, LeaseGuard guard, StepOutcome step, CancellationToken cancellation)
    {
        foreach (var action in actions)
        {
            if (!guard.MayWrite)
            {
                step.Again = true;
                return false;
            }

            var answer = await _actuator.ActAsync(action, cancellation);
            if (answer.RefusedPod is { } pod)
            {
                var until = input.Now + (answer.RetryAfter ?? _options.RetryEviction);
                _refused.Add(pod, until);
                step.Wake(until);
            }
            else if (answer.LookAgain)
            {
                step.Wake(input.Now + _options.RetryEviction);
                if (answer.Superseded)
                {
                    step.Superseded = true;
                    return false;
                }
            }
        }

        return true;
    }

    private async ValueTask StartAsync(
        ClusterInput input, ImmutableSortedDictionary<string, string> versions, LeaseGuard guard, StepOutcome step, CancellationToken cancellation)
    {
        var plan = _decider.Decide(input);
        _observer.Decided(input, plan);
        step.Wake(plan.WakeAt);
        if (plan.Start is { } start)
        {
            step.Again = true;
            if (guard.MayWrite)
            {
                if ((await _cluster.WriteRecordAsync(start, versions.GetValueOrDefault(start.Pool), cancellation)).Stored is not null)
                {
                    await TellAsync(input.Records.GetValueOrDefault(start.Pool), start, cancellation);
                }
            }
        }
    }

    // UP-130…136: only what is stored is told. The story is for people; what cannot be told is lost, and the work goes on.
    private async ValueTask TellAsync(RolloutRecord? before, RolloutRecord after, CancellationToken cancellation)
    {
        if (!_cluster.Tells || RolloutEvents.Between(before, after) is not { Length: > 0 } events)
        {
            return;
        }

        try
        {
            await _cluster.TellAsync(events, cancellation);
        }
        catch (ConnectionException failure)
        {
            _observer.NotTold(events.Length, failure.Message);
        }
    }

    // A pool that has been taken out of the specification while its rollout is under way is still finished or tidied up.
    private static PoolSpec PoolOf(ClusterSpec spec, string name) =>
        spec.Pools.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.Ordinal)) ?? new PoolSpec { Name = name };

    private Instant Now() => Instant.FromDateTimeOffset(_clock.GetUtcNow());

    private sealed class StepOutcome
    {
        public bool Again { get; set; }

        public bool Superseded { get; set; }

        public bool Ended { get; set; }

        public Instant? WakeAt { get; private set; }

        public void Wake(Instant? at)
        {
            if (at is { } instant && (WakeAt is not { } present || instant < present))
            {
                WakeAt = instant;
            }
        }
    }
}

using System.Collections.Immutable;
using System.Globalization;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;
using NodaTime.Text;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>
/// Decides whether a cluster's next rollout starts, and which: pure and total. At most one pool is under way (UP-60, UP-62); for every other pool with
/// work it says what holds it.
/// </summary>
public static class ClusterPlanner
{
    private static readonly InstantPattern IdPattern = InstantPattern.CreateWithInvariantCulture("uuuuMMdd't'HHmmss");

    /// <summary>Whether and what to start now.</summary>
    /// <remarks>Rules: UP-23, UP-25, UP-60…62, UP-67, UP-77, UP-81, UP-95, MW-10, MW-12, MW-52, MW-56…58, CH-86, CH-87.</remarks>
    public static ClusterPlan Decide(ClusterInput input)
    {
        var pass = new Pass(input);
        pass.Decide();
        return new ClusterPlan(pass.Start, pass.Holds.ToImmutable(), [.. pass.Conditions], pass.WakeAt);
    }

    /// <summary>Why the pool's settings leave no room for a rollout with that much to do (UP-23, UP-25); null when there is room.</summary>
    internal static string? NoRoomFor(ClusterInput input, PoolSpec pool, List<Candidate> todo) => new Pass(input).RoomFor(pool, todo).Refusal;

    private sealed class Pass(ClusterInput input)
    {
        private readonly WindowGate _gate = WindowGate.Of(input.Spec, input.Now);

        public RolloutRecord? Start { get; private set; }

        public ImmutableSortedDictionary<string, ImmutableArray<Reason>>.Builder Holds { get; } =
            ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<Reason>>(StringComparer.Ordinal);

        public List<Reason> Conditions { get; } = [];

        public Instant? WakeAt { get; private set; }

        public void Decide()
        {
            Wake(_gate.ChangesAt);
            var unsupported = Support();

            // A record of a pool that is no longer asked for holds nobody up: nothing will ever end it.
            var busy = input.Records.Values.FirstOrDefault(r => !r.Ended && input.Spec.Pools.Any(p => string.Equals(p.Name, r.Pool, StringComparison.Ordinal)));
            foreach (var pool in Order())
            {
                if (busy is not null && string.Equals(busy.Pool, pool.Name, StringComparison.Ordinal))
                {
                    continue;
                }

                var (record, reasons) = Consider(pool, unsupported, busy ?? Start);
                if (record is not null)
                {
                    Start = record;
                }
                else if (!reasons.IsEmpty)
                {
                    Holds[pool.Name] = reasons;
                    foreach (var reason in reasons)
                    {
                        Wake(reason.Until);
                    }
                }
            }
        }

        // UP-60 within a run. A pool that ended an earlier run goes after those that did not, or one pool that can never finish would keep all others from
        // ever being patched (ADR 4).
        // AZ-21: what people asked for goes before that, first come, first served.
        private IEnumerable<PoolSpec> Order() =>
            PoolOrder.Of(input.Spec.Pools)
                .OrderBy(p => Requests.Waiting(input, p)?.AskedAt ?? Instant.MaxValue)
                .ThenBy(p => input.Records.TryGetValue(p.Name, out var last) && EarlierRun.EndedItsRun(last) ? 1 : 0);

        private Reason? Support()
        {
            if (input.Spec.Support == KubernetesSupport.Supported)
            {
                return null;
            }

            // CH-87: a condition either way; CH-86: for attached clusters a warning only.
            var reason = new Reason(ReasonCode.KubernetesVersionUnsupported,
                $"The Kubernetes minor of cluster '{input.Spec.Name}' is not supported{(input.Spec.Attached ? "; nodes are upgraded all the same, because its distribution has its own dates" : ": no automatic upgrades. Upgrade Kubernetes")}.");
            Conditions.Add(reason);
            return SupportRules.AutomaticWorkAllowed(input.Spec.Support, input.Spec.Attached) ? null : reason;
        }

        private (RolloutRecord? Start, ImmutableArray<Reason> Holds) Consider(PoolSpec pool, Reason? unsupported, RolloutRecord? other)
        {
            var (target, none) = TargetChooser.For(input, pool);
            if (pool.Family is { } family)
            {
                // MW-56: a newer image counts from its release on, also while the window is open.
                Wake(input.Catalog.NextChange(family, input.Spec.Ring, input.Now));
            }

            if (target is null)
            {
                return (null, [none!]);
            }

            var todo = new List<Candidate>();
            foreach (var node in input.View.NodesOf(pool.Name).Values)
            {
                if (Candidates.Of(input, pool, node, target) is { } candidate)
                {
                    todo.Add(candidate);
                }
            }

            if (todo.Count == 0)
            {
                return (null, []);
            }

            var request = Requests.Waiting(input, pool);
            var holds = request is null ? Standing(pool, target, todo, unsupported, other) : StandingForAnybody(pool, other);
            if (!holds.IsEmpty)
            {
                // UP-23, UP-25: settings that leave no room will not do so later, either. Who reads only that the window opens tomorrow would wait in vain.
                return (null, RoomFor(Reboots.InPlace(pool, target), todo) is { Refusal: { } refusal } ? [new Reason(ReasonCode.SettingsRefused, refusal), .. holds] : holds);
            }

            return Begin(pool, target, todo, request);
        }

        // MW-11, CH-52, CH-87: neither a window nor an earlier run nor an unsupported minor holds what a person asked for.
        private ImmutableArray<Reason> StandingForAnybody(PoolSpec pool, RolloutRecord? other)
        {
            var holds = ImmutableArray.CreateBuilder<Reason>();
            AddStopped(holds);
            if (StartGate.PausedBy(input.Spec, pool) is { } paused)
            {
                holds.Add(paused);
            }

            AddOther(holds, other);
            return holds.ToImmutable();
        }

        // UP-67, MW-58: a stopped cluster gets nothing, and catches up in the next window after its start.
        private void AddStopped(ImmutableArray<Reason>.Builder holds)
        {
            if (!input.Spec.Running)
            {
                holds.Add(new Reason(ReasonCode.ClusterStopped, $"Cluster '{input.Spec.Name}' is stopped; it catches up in the next window after its start.", Event: "start"));
            }
        }

        // UP-62: one at a time.
        private static bool AddOther(ImmutableArray<Reason>.Builder holds, RolloutRecord? other)
        {
            if (other is not null)
            {
                holds.Add(new Reason(ReasonCode.WaitingForPool, $"Node pool '{other.Pool}' is being upgraded; pools go one after another.", Event: $"node pool {other.Pool} finishes"));
            }

            return other is not null;
        }

        private ImmutableArray<Reason> Standing(PoolSpec pool, RolloutTarget target, List<Candidate> todo, Reason? unsupported, RolloutRecord? other)
        {
            var holds = ImmutableArray.CreateBuilder<Reason>();
            if (unsupported is not null)
            {
                holds.Add(unsupported);
            }

            AddStopped(holds);
            if (StartGate.PausedBy(input.Spec, pool) is { } paused)
            {
                holds.Add(paused);
            }

            // MW-52: new work starts only while a window is open.
            if (!_gate.IsOpen)
            {
                holds.Add(_gate.Closed!);
            }

            if (EarlierRun.Forbids(input, pool, target, todo, _gate) is { } earlier)
            {
                holds.Add(earlier);
            }

            // UP-61: a pool that failed ended the run for the others.
            if (!AddOther(holds, other) && input.Records.Values.FirstOrDefault(r => !string.Equals(r.Pool, pool.Name, StringComparison.Ordinal)
                && EarlierRun.EndedItsRun(r) && EarlierRun.IsOfThisRun(r, _gate, input.Now)) is { } failed)
            {
                var until = EarlierRun.EndOfRun(failed, _gate);
                holds.Add(new Reason(ReasonCode.WaitingForPool, $"Node pool '{failed.Pool}' failed, which ended this run; the next one takes the other pools. {failed.Fault?.Message}", until));
            }

            return holds.ToImmutable();
        }

        public (Concurrency? Room, string? Refusal, List<Node> Members, ImmutableSortedDictionary<string, SurgeNode> Adopted) RoomFor(PoolSpec pool, List<Candidate> todo)
        {
            var adopted = Leftovers(input.View, input.Records.GetValueOrDefault(pool.Name));

            // UP-154: quarantined nodes and their kept replacements count neither towards the size nor towards the surge.
            var members = input.View.NodesOf(pool.Name).Values.Where(n => !n.Quarantined && !adopted.ContainsKey(n.Name)).ToList();
            var (room, refusal) = Concurrency.For(pool, members.Count, todo.Count);
            return (room, refusal, members, adopted);
        }

        private (RolloutRecord? Start, ImmutableArray<Reason> Holds) Begin(PoolSpec pool, RolloutTarget target, List<Candidate> todo, PoolRequest? request)
        {
            var last = input.Records.GetValueOrDefault(pool.Name);
            var (room, refusal, members, adopted) = RoomFor(Reboots.InPlace(pool, target), todo);
            if (room is null)
            {
                return (null, [new Reason(ReasonCode.SettingsRefused, refusal!)]);
            }

            var retry = request is null && last is { Fault: not null } && last.Target == target && EarlierRun.IsOfThisRun(last, _gate, input.Now);
            return (new RolloutRecord
            {
                Id = IdAfter(last, $"{pool.Name}-{IdPattern.Format(input.Now)}"),
                Pool = pool.Name,
                Target = target,
                Trigger = request?.Trigger ?? RolloutTrigger.Automatic,
                OperationId = request?.OperationId,
                StartedAt = input.Now,
                WindowStart = _gate.Current?.Start,
                Attempt = retry ? last!.Attempt + 1 : 1,
                Epoch = input.Epoch,
                OriginalSize = members.Count,
                OriginalZones = members.Where(n => n.Zone is not null).GroupBy(n => n.Zone!, StringComparer.Ordinal)
                    .ToImmutableSortedDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal),
                Surge = room.Surge,
                MaxUnavailable = room.MaxUnavailable,
                MaxBlocked = room.MaxBlocked,

                // UP-91, UP-95: only the start is compared, also of an automatic run.
                Forced = pool.Settings.Override?.InEffectFor(input.Now) == true,

                // CH-90: the pool's own settings, unchanged, also for automatic upgrades. UP-24: as they are now; later changes count for later runs.
                Settings = pool.Settings,
                CanaryPassedAt = pool.Settings.Canary == Canary.None ? input.Now : null,
                SurgeNodes = adopted,
                BlockedBefore = BlockedIn(last),
            }, []);
        }

        // The second rollout of a pool within one second needs another id than the first: the provider would take its operations for those of the first.
        private static string IdAfter(RolloutRecord? last, string id)
        {
            if (last is null || !last.Id.StartsWith(id, StringComparison.Ordinal))
            {
                return id;
            }

            var number = last.Id.Length > id.Length + 1 && int.TryParse(last.Id.AsSpan(id.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var before) ? before + 1 : 2;
            return string.Create(CultureInfo.InvariantCulture, $"{id}-{number}");
        }

        // UP-65: a later run resumes with what is left to do. Beginning with the very node that stopped the last one would stop it again, before the others had
        // their turn, run after run.
        private static ImmutableSortedSet<string> BlockedIn(RolloutRecord? last) => last is null
            ? RolloutRecord.NoNames
            : last.BlockedBefore.Where(n => !(last.Settled.TryGetValue(n, out var outcome) && outcome.Result == NodeResult.Upgraded))
                .Concat(last.Settled.Where(s => s.Value.Result is NodeResult.Blocked or NodeResult.Quarantined).Select(s => s.Key))
                .ToImmutableSortedSet(StringComparer.Ordinal);

        /// <summary>Surge nodes of the last rollout that are still about.</summary>
        /// <remarks>
        /// Those that it could not return, and replacements of nodes that are no longer quarantined (UP-56), serve as buffers and are returned at the end.
        /// Replacements of nodes that still are stay what they are (UP-154). The replacement of a node that is gone has become an ordinary member.
        /// </remarks>
        private static ImmutableSortedDictionary<string, SurgeNode> Leftovers(ClusterView view, RolloutRecord? last)
        {
            var left = RolloutRecord.EmptySurge.ToBuilder();
            foreach (var (name, surge) in last?.SurgeNodes ?? RolloutRecord.EmptySurge)
            {
                if (!view.Nodes.ContainsKey(name))
                {
                    continue;
                }

                var replaced = surge.ReplacementFor is { } lost ? view.Nodes.GetValueOrDefault(lost) : null;
                if (surge.Step == SurgeStep.Kept && replaced is { Quarantined: true })
                {
                    left[name] = surge;
                }
                else if (surge.Step != SurgeStep.Kept || replaced is not null)
                {
                    left[name] = surge with { Step = SurgeStep.Serving, ReplacementFor = null, IsCanary = false };
                }
            }

            return left.ToImmutable();
        }

        private void Wake(Instant? at)
        {
            if (at is { } instant && instant > input.Now && (WakeAt is not { } present || instant < present))
            {
                WakeAt = instant;
            }
        }
    }
}

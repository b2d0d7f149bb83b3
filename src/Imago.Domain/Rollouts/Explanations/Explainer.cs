using System.Collections.Immutable;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Machines;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime.Text;

namespace Imago.Domain.Rollouts.Explanations;

/// <summary>
/// Explains every node of a cluster: where it stands and why, in an order that answers "what would have to change?" first. Pure and total; it decides nothing, it
/// reads what the planners decided from the same input.
/// </summary>
public static class Explainer
{
    /// <summary>The explanation of every node that belongs to a pool of the cluster, by name. Temporary surge nodes are nobody's node and are left out.</summary>
    /// <param name="input">What the decisions were made from.</param>
    /// <param name="cluster">The decision about the cluster.</param>
    /// <param name="underWay">The decision about the pool under way; null when there is none.</param>
    /// <remarks>Rules: CH-5, CH-10…19, CH-86…89, IM-8, IM-32, IM-37, IM-40, IM-41, MW-49…52, UP-42, UP-44, UP-50, UP-60…62, UP-150…154.</remarks>
    public static ImmutableSortedDictionary<string, NodeExplanation> Explain(ClusterInput input, ClusterPlan cluster, RolloutPlan? underWay)
    {
        var result = ImmutableSortedDictionary.CreateBuilder<string, NodeExplanation>(StringComparer.Ordinal);
        var obstacles = new DrainObstacles(input.View);
        foreach (var pool in input.Spec.Pools)
        {
            var explained = new PoolExplainer(input, pool, cluster, underWay is { } plan && plan.Record.Pool == pool.Name ? plan : null, obstacles);
            foreach (var node in input.View.NodesOf(pool.Name).Values)
            {
                if (!explained.IsTemporary(node.Name))
                {
                    result[node.Name] = explained.Explain(node);
                }
            }
        }

        return result.ToImmutable();
    }

    private sealed class PoolExplainer
    {
        private readonly ClusterInput _input;
        private readonly PoolSpec _pool;
        private readonly DrainObstacles _obstacles;
        private readonly RolloutRecord? _record;
        private readonly RolloutTarget? _target;
        private readonly Reason? _noTarget;
        private readonly ImmutableArray<Reason> _holds;
        private readonly bool _running;

        public PoolExplainer(ClusterInput input, PoolSpec pool, ClusterPlan cluster, RolloutPlan? underWay, DrainObstacles obstacles)
        {
            (_input, _pool, _obstacles) = (input, pool, obstacles);
            _record = underWay?.Record ?? (cluster.Start is { } start && start.Pool == pool.Name ? start : input.Records.GetValueOrDefault(pool.Name));
            _running = _record is { Ended: false };
            (_target, _noTarget) = _running ? (_record!.Target, null) : TargetChooser.For(input, pool);
            if (_target is RolloutTarget.Reboot)
            {
                _noTarget = Reboots.Unmanaged(pool);
            }

            _holds = _running ? underWay?.Holds ?? [] : cluster.Holds.GetValueOrDefault(pool.Name, []);
        }

        public bool IsTemporary(string node) => _record is not null && _record.SurgeNodes.TryGetValue(node, out var surge) && surge.Counts;

        public NodeExplanation Explain(Node node)
        {
            var (status, reasons) = Judge(node);
            var atTarget = status is NodeStatus.Current or NodeStatus.Upgraded;
            reasons.AddRange(Remarks.Of(_input, _pool, node, atTarget));
            return new NodeExplanation(
                node.Name, _pool.Name, node.Zone, node.Image.Text, IsLeftToItsOs(node) ? null : _target?.Name, status,
                [.. SayingThingsOnce(reasons.DistinctBy(r => (r.Code, r.Message))).Select(r => r.Until is { } until && until <= _input.Now ? r with { Until = null } : r)]);
        }

        // "It failed at …, and what blocked it still stands" quotes the fault, which may stand as a reason of its own just before; and a fault quotes the obstacle
        // that is still there.
        private static IEnumerable<Reason> SayingThingsOnce(IEnumerable<Reason> reasons)
        {
            var said = new List<Reason>();
            foreach (var reason in reasons)
            {
                if (said.Exists(earlier => earlier.Code == reason.Code && earlier.Message.EndsWith(reason.Message, StringComparison.Ordinal)))
                {
                    continue;
                }

                var message = said.Aggregate(reason.Message, (text, earlier) => text.Replace(" " + earlier.Message, "", StringComparison.Ordinal));
                said.Add(reason);
                yield return string.Equals(message, reason.Message, StringComparison.Ordinal) ? reason : reason with { Message = message };
            }
        }

        private (NodeStatus Status, List<Reason> Reasons) Judge(Node node)
        {
            if (_target is null || IsLeftToItsOs(node))
            {
                return WithoutTarget(node);
            }

            if (_running && _record!.Active.TryGetValue(node.Name, out var progress))
            {
                return (NodeStatus.Pending, UnderWay(node, progress));
            }

            var outcome = _record is not null && _record.Target == _target ? _record.Settled.GetValueOrDefault(node.Name) : null;
            var need = TargetJudge.Assess(node, _target, _input.Catalog, _pool, _input.Now);
            if (outcome is { Result: NodeResult.NotReady or NodeResult.ProviderFailed, Fault: { } fault } && !HasRecovered(node, need))
            {
                var code = outcome.Result == NodeResult.NotReady ? ReasonCode.NotReadyAfterUpgrade : ReasonCode.FailedBefore;
                return (NodeStatus.Failed, [new Reason(code, fault.Message, Event: $"node {node.Name} becomes healthy"), .. need is NodeNeed.Work ? _holds : []]);
            }

            // CH-50: a reimage may keep the age of its node.
            if (_target is RolloutTarget.Reimage && outcome?.Result == NodeResult.Upgraded)
            {
                need = NodeNeed.Nothing.Instance;
            }

            return need switch
            {
                NodeNeed.Nothing => (outcome?.Result == NodeResult.Upgraded ? NodeStatus.Upgraded : NodeStatus.Current,
                    [new Reason(ReasonCode.AlreadyCurrent, $"It is at '{_target.Name}'.")]),
                NodeNeed.NotTaken(var why) => (AgentWords.StatusOf(why.Code), NotTaken(node, why)),
                NodeNeed.Work work => Waiting(node, work, outcome),
                _ => throw new InvalidOperationException($"Need {need.GetType().Name} of node '{node.Name}' is not known."),
            };
        }

        // What went wrong with a node is no longer true of one that has come to the target after all; its rollout stays failed, and says so itself.
        private bool HasRecovered(Node node, NodeNeed need) => need is NodeNeed.Nothing && NodeHealth.Complaint(_input.View, node) is null;

        // CH-11: a pool whose reboots are coordinated is left to its OS otherwise, so that "at the target" says nothing about a node that needs none.
        private bool IsLeftToItsOs(Node node) => _target is RolloutTarget.Reboot && !node.RebootDue && !(_record is { Ended: false } && _record.Active.ContainsKey(node.Name))
            && _record?.Settled.GetValueOrDefault(node.Name) is null or { Result: NodeResult.Upgraded };

        // Channels None and Unmanaged, pinned pools, pools nobody knows an image for: nothing of ours acts. Drift is shown all the same.
        private (NodeStatus Status, List<Reason> Reasons) WithoutTarget(Node node)
        {
            var drift = Remarks.Drift(_input, node);
            var reasons = new List<Reason>();
            if (node.AutoProvisioned)
            {
                reasons.Add(AutoProvisioned(node));
            }

            reasons.Add(_noTarget!);
            if (drift is not null)
            {
                reasons.Add(drift);
            }

            var status = _noTarget!.Code == ReasonCode.NotYetReleasedHere ? NodeStatus.Pending : NodeStatus.NotSupported;
            var newest = node.Image.IsKnown ? _input.Catalog.NewestAnywhere(node.Image.Family, _input.Now) : null;
            if (drift is null && newest is not null && _input.Spec.Channel is NodeOsChannel.None or NodeOsChannel.Unspecified or NodeOsChannel.Unmanaged && !node.RebootDue)
            {
                reasons.Insert(0, new Reason(ReasonCode.AlreadyCurrent, $"It runs the newest image, '{newest!.Image.Text}'."));
                status = NodeStatus.Current;
            }

            return (status, reasons);
        }

        private static Reason AutoProvisioned(Node node) => new(
            ReasonCode.AutoProvisioned, $"Node '{node.Name}' is managed by a node auto-provisioner, which replaces it by its own drift logic.", Event: "the auto-provisioner replaces the node");

        private List<Reason> NotTaken(Node node, Reason why)
        {
            var drift = why.Code == ReasonCode.NewerThanTarget ? null : Remarks.Drift(_input, node);
            return drift is null ? [why] : [why, drift];
        }

        private List<Reason> UnderWay(Node node, NodeProgress progress)
        {
            var since = InstantPattern.General.Format(progress.Since);
            var settings = _record!.Settings;
            var (text, until) = progress.Step switch
            {
                NodeStep.Draining => ($"It is being drained since {since}", progress.Since + settings.DrainTimeout),
                NodeStep.Soaking => ($"It is drained and soaks since {since}", progress.Since + settings.NodeSoak),
                NodeStep.Replacing => ($"{(_target is RolloutTarget.Reboot ? "Its provider reboots it" : MachineJudge.IsMachine(node, _pool) ? "Its agent patches it in place" : "Its provider reimages it")} since {since}{ProgressOf(node.Name)}", default(NodaTime.Instant?)),
                NodeStep.Patching => ($"Its agent applies patches since {since}{(MachineJudge.IsMachine(node, _pool) ? AgentWords.Of(node) : "")}", progress.Since + LivePatches.Timeout),
                NodeStep.Verifying => ($"The work is done since {since}; it has to become healthy", progress.Since + settings.NodeReadyTimeout),
                NodeStep.Watching => ($"It is the canary and is watched since {since}", progress.Since + settings.CanarySoak),
                NodeStep.Releasing => ($"It is {(_target is RolloutTarget.Reboot ? "rebooted" : "upgraded")}; our marks come off", null),
                _ => ("It is given up; our marks come off", null),
            };
            var reasons = new List<Reason> { new(ReasonCode.InProgress, $"{text}.", until, "the step ends") };
            if (progress.Step == NodeStep.Draining && !_record.Forced)
            {
                // MW-53: what holds a drain ends at its timeout at the latest.
                reasons.AddRange(_obstacles.Of(node, settings).Select(o => o.Reason));
            }

            if (progress.Fault is { } fault)
            {
                reasons.Insert(0, OfFault(fault, ReasonCode.Undrainable));
            }

            return reasons;
        }

        private string ProgressOf(string node) =>
            _input.Operations.GetValueOrDefault(RolloutPass.OperationId(_record!.Id, node, Reboots.VerbOf(_record.Target)))?.Progress is { Length: > 0 } progress ? $", {progress.TrimEnd('.')}" : "";

        private (NodeStatus Status, List<Reason> Reasons) Waiting(Node node, NodeNeed.Work work, NodeOutcome? outcome)
        {
            var settings = _running ? _record!.Settings : _pool.Settings;
            var forced = _running ? _record!.Forced : settings.Override?.InEffectFor(_input.Now) == true;
            var obstacles = work.Kind == NodeWork.Reimage && !forced ? _obstacles.Of(node, settings) : [];
            var reasons = new List<Reason>();
            var status = NodeStatus.Pending;
            if (node.Quarantined)
            {
                // UP-56: clean-up is the owner's.
                status = NodeStatus.Blocked;
                reasons.Add(new Reason(
                    ReasonCode.Quarantined,
                    $"It is quarantined because it could not be drained.{(outcome?.Fault is { } why ? $" {why.Message}" : "")} Remove what blocks it, then its upgrade-status label, or delete the node.",
                    Event: "its owner removes the label"));
            }
            else if (outcome is { Result: NodeResult.Blocked, Fault: { } fault })
            {
                status = NodeStatus.Blocked;
                reasons.Add(OfFault(fault, ReasonCode.Undrainable));
            }

            // Somebody has to act: that comes before everything that passes by itself.
            reasons.AddRange(obstacles.Where(o => o.Forever).Select(o => o.Reason));
            if (reasons.Count > 0)
            {
                status = NodeStatus.Blocked;
            }

            reasons.AddRange(_holds);
            if (_running && _holds.IsEmpty)
            {
                reasons.AddRange(obstacles.Where(o => !o.Forever).Select(o => o.Reason));
                reasons.AddRange(Turn(work));
            }
            else if (reasons.Count == 0)
            {
                reasons.Add(new Reason(ReasonCode.Queued, "It waits for the rollout of its pool to begin.", Event: "the rollout begins"));
            }

            if (AgentWords.Staged(node, TargetJudge.LevelOf(_target!, _input.Catalog)) is { } staged)
            {
                reasons.Add(staged);
            }

            if (!node.Image.IsKnown && _target is not RolloutTarget.Reboot)
            {
                reasons.Add(new Reason(ReasonCode.ImageVersionUnknown, $"Its image text '{node.Image.Text}' carries no readable version; it is moved to the target."));
            }

            return (status, reasons);
        }

        // Why a node of a pool under way has not been started.
        private IEnumerable<Reason> Turn(NodeNeed.Work work)
        {
            var record = _record!;
            if (record.CanaryPassedAt is null && (record.Active.Count > 0 || record.SurgeNodes.Values.Any(s => s.IsCanary)))
            {
                yield return new Reason(ReasonCode.WaitingForCanary, "One node tries the target first; the others follow when it has been healthy for a while.", Event: "the canary passes");
            }
            else if (work.Kind == NodeWork.Reimage && record.SurgeNodes.Values.Any(s => s.Step is SurgeStep.Creating or SurgeStep.Verifying or SurgeStep.Watching))
            {
                yield return new Reason(ReasonCode.WaitingForSurge, "Surge nodes are being made.", Event: "a surge node is ready");
            }
            else if (record.Active.Count > 0)
            {
                var room = Math.Max(1, record.Surge > 0 ? record.Surge : record.MaxUnavailable);
                yield return new Reason(
                    ReasonCode.WaitingForSlot, $"{record.Active.Count} of at most {room} nodes are under way ({string.Join(", ", record.Active.Keys.Take(5))}).", Event: "one of them is finished");
            }
            else
            {
                yield return new Reason(ReasonCode.Queued, "It is next; nothing else holds it.", Event: "it is started");
            }
        }

        private static Reason OfFault(RolloutFault fault, ReasonCode otherwise) =>
            new(Enum.TryParse<ReasonCode>(fault.Code, out var code) ? code : otherwise, fault.Message, Event: "the budget, the pod or the settings change");
    }
}

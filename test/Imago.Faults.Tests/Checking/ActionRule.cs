using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Faults.Tests.Checking;

/// <summary>
/// Invariants 1, 2, 6, 7 and 9 as far as they are about effects: nothing is done that the stored record does not speak of, nothing twice, nothing to a node
/// that is not empty, and nothing against somebody else's cordon.
/// </summary>
internal sealed class ActionRule(Truth truth, BudgetRule budgets)
{
    private readonly Dictionary<string, Instant> _lastTaken = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Rollout, string Node, ProviderVerb Verb), string> _begun = [];
    private readonly HashSet<string> _creating = new(StringComparer.Ordinal);
    private readonly HashSet<string> _kept = new(StringComparer.Ordinal);

    private Duration Tolerance => truth.Scenario.Faults.Tolerance;

    /// <summary>A record was stored: nodes it takes, or took a moment ago, may be acted upon.</summary>
    public void Stored(RolloutRecord? before, RolloutRecord after)
    {
        foreach (var name in Taken(before).Concat(Taken(after)))
        {
            _lastTaken[name] = truth.Now;
        }

        // UP-51: a replacement that is kept is a member of the pool from then on.
        _kept.UnionWith(after.SurgeNodes.Where(s => s.Value.Step == SurgeStep.Kept).Select(s => s.Key));

        if (truth.Records().Values.Count(r => !r.Record.Ended) > 1)
        {
            truth.Violated(9, $"rollouts of several pools are under way: {string.Join(", ", truth.Records().Values.Where(r => !r.Record.Ended).Select(r => r.Record.Id))}");
        }

        if (after.Epoch < truth.HighestEpoch)
        {
            truth.Violated(9, $"a writer of epoch {after.Epoch} stored {after.Id} after epoch {truth.HighestEpoch} had been given");
        }
    }

    public void Leaves(PodOnNode entry, bool deleted)
    {
        var node = entry.Pod.NodeName;
        var record = node is not null && truth.View.Nodes.TryGetValue(node, out var seen) ? truth.Records().GetValueOrDefault(seen.Pool)?.Record : null;
        if (node is null || !IsTaken(node))
        {
            truth.Violated(9, $"pod {entry.Pod.Key} was evicted from {node ?? "nowhere"}, which no record drains");
        }

        if (deleted && record is { Forced: false })
        {
            truth.Violated(3, $"pod {entry.Pod.Key} was deleted, not evicted, and nobody asked for force");
        }

        // UP-40: what a pool keeps stays.
        if (record is { Forced: false, Settings.BarePods: BarePods.Keep } && entry.Pod is { Owner: null, Mirror: false })
        {
            truth.Violated(3, $"pod {entry.Pod.Key} was evicted, which has no controller, from pool {record.Pool}, which keeps such pods");
        }

        budgets.Leaves(entry, forced: deleted && record is { Forced: true });
    }

    public void Updating(Node node, NodeUpdate update)
    {
        if (update.Unschedulable == true && !node.Unschedulable && !IsTaken(node.Name))
        {
            truth.Violated(9, $"node {node.Name} was cordoned, which no record speaks of");
        }

        if (update.Unschedulable == false && node.Unschedulable && truth.CordonedByHand.Contains(node.Name))
        {
            truth.Violated(6, $"node {node.Name} was uncordoned, which somebody else had cordoned");
        }
    }

    public void Begun(ProviderRequest request)
    {
        var record = truth.Records().GetValueOrDefault(request.Pool)?.Record;
        var rollout = record?.Id ?? "none";
        if (!IsTaken(request.Node) && record?.SurgeNodes.ContainsKey(request.Node) != true)
        {
            truth.Violated(9, $"{request.Verb} of {request.Node} was begun, which no record speaks of");
        }

        if (!_begun.TryAdd((rollout, request.Node, request.Verb), request.OperationId))
        {
            truth.Violated(9, $"{request.Verb} of {request.Node} was begun twice in {rollout}: {_begun[(rollout, request.Node, request.Verb)]}, {request.OperationId}");
        }

        if (record is null)
        {
            return;
        }

        switch (request.Verb)
        {
            case ProviderVerb.Create:
                Created(request, record);
                break;
            case ProviderVerb.Reimage:
                Emptied(request, record);
                Towards(request, record);
                break;
            case ProviderVerb.Reboot:
                Emptied(request, record);
                Wanted(request, record);
                break;
            case ProviderVerb.Delete:
                if (!truth.IsMade(request.Node))
                {
                    truth.Violated(8, $"node {request.Node} was deleted, which is no surge node");
                }

                Emptied(request, record);
                break;
        }
    }

    private void Created(ProviderRequest request, RolloutRecord record)
    {
        Towards(request, record);
        _creating.Add(request.Node);
        var made = truth.View.NodesOf(request.Pool).Keys.Where(truth.IsMade).Concat(_creating.Where(n => InFlight(n, record)))
            .Append(request.Node).Distinct(StringComparer.Ordinal)
            .Count(n => !_kept.Contains(n) && !(record.SurgeNodes.TryGetValue(n, out var surge) && surge.Step == SurgeStep.Stranded));
        var size = truth.Originals.Values.Count(n => string.Equals(n.Pool, request.Pool, StringComparison.Ordinal));
        var most = truth.Intent.Since(Instant.MinValue).SelectMany(s => s.Pools).Where(p => string.Equals(p.Name, request.Pool, StringComparison.Ordinal))
            .Max(p => PlainLimits.MostSurge(p, record.Settings, size));
        most = record.Settings.Canary == Canary.FirstNode && record.CanaryPassedAt is null ? Math.Min(1, most) : most;
        if (made > most)
        {
            truth.Violated(2, $"pool {request.Pool} gets {made} surge nodes; at most {most} may be");
        }
    }

    private static bool InFlight(string node, RolloutRecord record) => record.SurgeNodes.TryGetValue(node, out var surge) && surge.Step == SurgeStep.Creating;

    // UP-1: a node is drained before it is reimaged or deleted.
    private void Emptied(ProviderRequest request, RolloutRecord record)
    {
        if (truth.UncordonedByHand.Contains(request.Node) || record.Forced)
        {
            return;
        }

        foreach (var entry in truth.View.PodsOn(request.Node))
        {
            if (entry.Pod is { LeavesOnDrain: true, Ready: true })
            {
                truth.Violated(3, $"{request.Verb} of {request.Node} was begun with pod {entry.Pod.Key} on it");
            }
        }
    }

    // CH-13: nobody's machines are restarted who did not ask for it, and none that works as it is.
    private void Wanted(ProviderRequest request, RolloutRecord record)
    {
        if (record.Target is not RolloutTarget.Reboot || request.Image is not null || request.Level is not null)
        {
            truth.Violated(7, $"{request.Verb} of {request.Node} with {request.Image}, in a rollout to {record.Target.Name}");
        }

        if (record.Settings.RebootPolicy != RebootPolicy.Coordinated)
        {
            truth.Violated(7, $"{request.Node} is rebooted, and its pool coordinates no reboots");
        }

        if (Tolerance == Duration.Zero && truth.View.Nodes.TryGetValue(request.Node, out var node) && !node.RebootDue)
        {
            truth.Violated(7, $"{request.Node} is rebooted, which waits for no reboot");
        }
    }

    // CH-16 and CH-91: what is installed is the target, and under SecurityPatch the same base image with the level's suffix.
    private void Towards(ProviderRequest request, RolloutRecord record)
    {
        var image = NodeImage.Parse(request.Image);
        var right = record.Target switch
        {
            RolloutTarget.Image(var target) => target.Equals(image),
            RolloutTarget.Patch(var level, _) => image.Patch == level.Date && request.Level == level && Bases(request).Any(b => b.Equals(image.WithoutPatch())),
            _ => false,
        };
        if (!right)
        {
            truth.Violated(7, $"{request.Verb} of {request.Node} to {request.Image}, which is not the target {record.Target.Name}");
        }
    }

    // A node keeps its own base image; a surge node gets that of some node of the pool, which may have left since.
    private IEnumerable<NodeImage> Bases(ProviderRequest request) => truth.IsMade(request.Node) || !truth.View.Nodes.TryGetValue(request.Node, out var node)
        ? truth.Originals.Values.Where(n => string.Equals(n.Pool, request.Pool, StringComparison.Ordinal)).Select(n => NodeImage.Parse(n.Image).WithoutPatch())
        : [node.Image.WithoutPatch()];

    private bool IsTaken(string node) =>
        (_lastTaken.TryGetValue(node, out var last) && truth.Now - last <= Tolerance)
        || truth.Records().Values.Any(r => Taken(r.Record).Contains(node, StringComparer.Ordinal));

    private static IEnumerable<string> Taken(RolloutRecord? record) =>
        record is null ? [] : record.Active.Keys.Concat(record.SurgeNodes.Keys).Concat(record.Settled.Where(s => s.Value.Result is NodeResult.NotReady or NodeResult.ProviderFailed).Select(s => s.Key));
}

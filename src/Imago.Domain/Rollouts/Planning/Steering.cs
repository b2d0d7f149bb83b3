using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>
/// Steers pods away from nodes that will be drained: an owned <c>PreferNoSchedule</c> taint on the nodes still to be upgraded, so that what is evicted lands
/// on upgraded ones and moves once.
/// </summary>
/// <remarks>
/// UP-156. Surge nodes will be drained, too, at the end; as soon as an upgraded node of the pool is back to take pods, they carry the taint as well.
/// </remarks>
internal static class Steering
{
    public static void Apply(RolloutPass pass, List<Candidate> waiting, bool mayContinue)
    {
        var away = waiting.Where(c => c.Need.Kind == NodeWork.Reimage).Select(c => c.Node.Name).ToHashSet(StringComparer.Ordinal);
        if ((away.Count > 0 || pass.Disrupted > 0) && mayContinue && pass.Record.Settled.Values.Any(s => s.Result == NodeResult.Upgraded))
        {
            away.UnionWith(pass.Record.SurgeNodes.Where(s => s.Value.Step == SurgeStep.Serving).Select(s => s.Key));
        }

        var steering = away.Count > 0;
        if (steering && !pass.Record.Steering)
        {
            // Stored before the first taint is put on, so that a successor knows that there is something to take off.
            pass.Record = pass.Record with { Steering = true };
        }

        if (!pass.Record.Steering)
        {
            return;
        }

        var pending = false;
        foreach (var node in pass.View.NodesOf(pass.Record.Pool).Values)
        {
            var wanted = away.Contains(node.Name);
            if (node.SteeredAway != wanted && !pass.Record.Active.ContainsKey(node.Name))
            {
                pass.Update(node, new NodeUpdate { SteeredAway = wanted });
                pending = true;
            }
        }

        if (!steering && !pending)
        {
            pass.Record = pass.Record with { Steering = false };
        }
    }

    /// <summary>Takes the taint off the nodes of a pool whose rollout has ended: a view that lagged may have shown them without it when it did.</summary>
    public static void TakeOff(RolloutPass pass)
    {
        foreach (var name in pass.View.SteeredIn(pass.Record.Pool))
        {
            pass.Update(pass.View.Nodes[name], new NodeUpdate { SteeredAway = false });
        }
    }

    /// <summary>Whether every node that should carry the taint does. Asked in every pass of a saturated rollout, so it judges only nodes without it.</summary>
    public static bool InPlace(RolloutPass pass)
    {
        var record = pass.Record;
        if (!record.Steering)
        {
            return false;
        }

        var upgraded = record.Settled.Values.Any(s => s.Result == NodeResult.Upgraded);
        foreach (var (name, node) in pass.View.NodesOf(record.Pool))
        {
            if (node.SteeredAway || record.Settled.ContainsKey(name) || record.Active.ContainsKey(name))
            {
                continue;
            }

            var wanted = record.SurgeNodes.TryGetValue(name, out var surge)
                ? upgraded && surge.Step == SurgeStep.Serving
                : Candidates.Of(pass.Input, pass.Pool, node, record.Target) is { Need.Kind: NodeWork.Reimage };
            if (wanted)
            {
                return false;
            }
        }

        return true;
    }
}

using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Records;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>
/// Chooses which nodes of a pool to start next.
/// </summary>
/// <remarks>
/// <para>What the order optimises, most important first:</para>
/// <list type="number">
/// <item>drains that can succeed now: nodes whose budgets allow it before nodes that wait, and nodes that no waiting frees last of all;</item>
/// <item>nodes that have not been tried in vain: one that could not be drained in the last rollout must not hold up the others again;</item>
/// <item>nodes that serve nobody anyway: unhealthy ones cost nothing to take;</item>
/// <item>zones: the zone with the fewest nodes under way, so that no zone loses its share of a workload;</item>
/// <item>the scarcest budget: of nodes that can be drained, those whose budget has the longest queue of pods ahead of it, because that queue is what
/// the end of the rollout waits for;</item>
/// <item>few moves: nodes with fewer pods first, because what is moved while no upgraded node is free has to move again (UP-156).</item>
/// </list>
/// <para>
/// Ties are broken by the node's name, ordinal, so that the same view gives the same order in every process.
/// </para>
/// <para>
/// What it gives up: it is greedy. It reserves the allowances that nodes under way will need and looks one node ahead, not at the whole sequence; an
/// optimal sequence would need to know how long pods take to come back, which nobody can observe beforehand. It does not simulate the scheduler either, so
/// it cannot know where pods will land.
/// </para>
/// <para>
/// Cost: candidates wait in one heap per kind of work and zone. Choosing only ever makes chances worse, so a candidate at the top of its heap whose chance has
/// become worse since it was ranked is ranked again and put back; everything below it is at best as good as when it was ranked.
/// </para>
/// </remarks>
internal sealed class CandidateOrder
{
    private readonly RolloutPass _pass;
    private readonly EvictionLedger _ledger;
    private readonly Dictionary<string, int> _zones = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectKey, int> _queues = [];
    private readonly Dictionary<(NodeWork Work, string Zone), PriorityQueue<Candidate, Rank>> _waiting = [];

    public CandidateOrder(RolloutPass pass, List<Candidate> candidates)
    {
        _pass = pass;
        _ledger = new EvictionLedger(pass.View);
        foreach (var (name, progress) in pass.Record.Active)
        {
            if (progress.Work == NodeWork.LivePatch || !pass.View.Nodes.TryGetValue(name, out var node))
            {
                continue;
            }

            Enter(node.Zone);
            if (progress.Step == NodeStep.Draining)
            {
                // In-flight work counts against the budgets first: two nodes must not compete for the same last disruption.
                Reserve(pass.View.LoadOf(name));
            }
        }

        foreach (var candidate in candidates)
        {
            foreach (var (budget, pods) in candidate.Load.Demands)
            {
                _queues[budget] = _queues.GetValueOrDefault(budget) + pods;
            }
        }

        foreach (var candidate in candidates)
        {
            var place = (candidate.Need.Kind, candidate.Node.Zone ?? "");
            if (!_waiting.TryGetValue(place, out var heap))
            {
                _waiting[place] = heap = new PriorityQueue<Candidate, Rank>();
            }

            heap.Enqueue(candidate, RankOf(candidate));
        }
    }

    /// <summary>The best candidate of the given kinds of work, or null when there is none.</summary>
    public (Candidate Candidate, DrainChance Chance)? Best(bool reimages, bool lives)
    {
        (Candidate Candidate, DrainChance Chance)? best = null;
        Rank bestRank = default;
        foreach (var ((work, zone), heap) in _waiting)
        {
            if ((work == NodeWork.Reimage ? !reimages : !lives) || !Refresh(heap, out var top, out var ranked))
            {
                continue;
            }

            var rank = ranked with { InZone = work == NodeWork.Reimage ? _zones.GetValueOrDefault(zone) : 0 };
            if (best is null || rank.CompareTo(bestRank) < 0)
            {
                (best, bestRank) = ((top, rank.Chance), rank);
            }
        }

        return best;
    }

    /// <summary>Takes out the candidate that <see cref="Best"/> gave: its zone is busier, its budgets are spoken for.</summary>
    public void Chosen(Candidate candidate)
    {
        _waiting[(candidate.Need.Kind, candidate.Node.Zone ?? "")].Dequeue();
        if (candidate.Need.Kind == NodeWork.Reimage)
        {
            Enter(candidate.Node.Zone);
            Reserve(candidate.Load);
        }
    }

    private bool Refresh(PriorityQueue<Candidate, Rank> heap, out Candidate top, out Rank rank)
    {
        while (heap.TryPeek(out top!, out rank))
        {
            var chance = ChanceOf(top);
            if (chance == rank.Chance)
            {
                return true;
            }

            heap.DequeueEnqueue(top, rank with { Chance = chance });
        }

        return false;
    }

    private DrainChance ChanceOf(Candidate candidate) => candidate.Need.Kind == NodeWork.LivePatch
        ? DrainChance.Free
        : DrainChances.Of(_pass.View, _ledger, candidate.Node, candidate.Load, _pass.Settings, _pass.Record.Forced);

    private Rank RankOf(Candidate candidate)
    {
        var healthy = candidate.Node.Available && NodeHealth.Complaint(_pass.View, candidate.Node) is null;
        var queue = 0;
        foreach (var (budget, _) in candidate.Load.Demands)
        {
            if (_pass.View.Budgets.TryGetValue(budget, out var observed))
            {
                // 18 pods still to move with room for 5 at a time are 4 rounds.
                var room = Math.Max(1, observed.ExpectedPods - observed.DesiredHealthy);
                queue = Math.Max(queue, (_queues[budget] + room - 1) / room);
            }
        }

        var triedBefore = _pass.Record.BlockedBefore.Contains(candidate.Node.Name) ? 1 : 0;
        return new Rank(ChanceOf(candidate), triedBefore, healthy ? 1 : 0, 0, -queue, candidate.Load.Pods, candidate.Node.Name);
    }

    private void Enter(string? zone) => _zones[zone ?? ""] = _zones.GetValueOrDefault(zone ?? "") + 1;

    private void Reserve(NodeLoad load)
    {
        foreach (var (budget, pods) in load.Demands)
        {
            _ledger.Reserve(budget, pods);
        }
    }

    private readonly record struct Rank(DrainChance Chance, int TriedBefore, int Healthy, int InZone, int Queue, int Pods, string Name) : IComparable<Rank>
    {
        public int CompareTo(Rank other)
        {
            var order = Chance.CompareTo(other.Chance);
            order = order != 0 ? order : TriedBefore.CompareTo(other.TriedBefore);
            order = order != 0 ? order : Healthy.CompareTo(other.Healthy);
            order = order != 0 ? order : InZone.CompareTo(other.InZone);
            order = order != 0 ? order : Queue.CompareTo(other.Queue);
            order = order != 0 ? order : Pods.CompareTo(other.Pods);
            return order != 0 ? order : string.CompareOrdinal(Name, other.Name);
        }
    }
}

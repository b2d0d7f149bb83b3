using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;
using NodaTime;

namespace Imago.Faults.Tests.Checking;

/// <summary>
/// Invariants 6, 8 and 10 at the end of a run, of every pool whose rollout has ended: nothing of ours is left that nothing explains, no cordon of somebody
/// else is gone, the pool is what it was, and what is not current has a reason.
/// </summary>
internal sealed class EndRule(Truth truth, Coverage coverage)
{
    private readonly HashSet<string> _kept = new(StringComparer.Ordinal);

    public void Stored(RolloutRecord record) => _kept.UnionWith(record.SurgeNodes.Where(s => s.Value.Step == SurgeStep.Kept).Select(s => s.Key));

    public void Check(ClusterInput? input, ClusterPlan? plan)
    {
        foreach (var name in truth.Originals.Keys.Where(n => !truth.View.Nodes.ContainsKey(n) && !truth.Vanished.Contains(n) && !IsUnderWay(n)))
        {
            truth.Violated(8, $"node {name} is gone, and nobody else removed it");
        }

        foreach (var name in truth.CordonedByHand.Order(StringComparer.Ordinal))
        {
            if (truth.View.Nodes.TryGetValue(name, out var node) && node.Available)
            {
                truth.Violated(6, $"node {name} takes pods, and somebody had cordoned it");
            }
        }

        foreach (var pool in truth.Scenario.Spec.Pools)
        {
            var record = truth.Records().GetValueOrDefault(pool.Name)?.Record;
            if (record is { Ended: false })
            {
                continue;
            }

            foreach (var node in truth.View.NodesOf(pool.Name).Values)
            {
                Leftovers(node, record);
            }

            if (record is { Phase: RolloutPhase.Succeeded })
            {
                AtTarget(record);
            }
        }

        if (input is not null && plan is not null && truth.Records().Values.All(r => r.Record.Ended))
        {
            var explanations = Explainer.Explain(input, plan, null);
            Explained(explanations);
            if (NothingStandsInTheWay() && HadItsChance())
            {
                coverage.Saw("nothing in the way");
                Reached(explanations);
            }
        }
    }

    // A node that is being reimaged when the run ends is not there for a while.
    private bool IsUnderWay(string node) => truth.Records().Values.Any(r => !r.Record.Ended && r.Record.Active.ContainsKey(node));

    private void Leftovers(Node node, RolloutRecord? record)
    {
        var surge = record?.SurgeNodes.GetValueOrDefault(node.Name);
        if (truth.IsMade(node.Name) && surge is not { Step: SurgeStep.Kept or SurgeStep.Stranded } && !_kept.Contains(node.Name))
        {
            truth.Violated(8, $"surge node {node.Name} was left behind");
        }

        var lost = record?.Settled.GetValueOrDefault(node.Name) is { Result: NodeResult.NotReady or NodeResult.ProviderFailed };

        // A node that is not healthy stays cordoned; its mark says since which rollout, also when later ones have gone past it.
        var healthy = node is { Ready: true, UnderPressure: false } && truth.View.PodsOn(node.Name).All(e => !e.Pod.BelongsToDaemonSet || e.Pod.Ready || e.Pod.Terminating);
        if (node.Mark is not null && healthy && !node.Quarantined && !lost && surge is not { Step: SurgeStep.Stranded })
        {
            truth.Violated(6, $"node {node.Name} still has the mark of {node.Mark.Rollout}");
        }

        if (node.Unschedulable && node.Mark is null && !node.Quarantined && !truth.CordonedByHand.Contains(node.Name) && !truth.UncordonedByHand.Contains(node.Name))
        {
            truth.Violated(6, $"node {node.Name} was left cordoned without a mark");
        }

        if (node.SteeredAway || (node.ScaleDownDisabled && surge is not { Step: SurgeStep.Stranded }))
        {
            truth.Violated(6, $"node {node.Name} still has {(node.SteeredAway ? "the steering taint" : "the autoscaler annotations")}");
        }
    }

    private void AtTarget(RolloutRecord record)
    {
        if (record.SurgeNodes.Values.Any(s => s.Counts))
        {
            truth.Violated(8, $"rollout {record.Id} succeeded with surge nodes left: {string.Join(", ", record.SurgeNodes.Keys)}");
        }

        // A node that failed afterwards, or came to the pool by itself, is no fault of the rollout's.
        foreach (var (name, outcome) in record.Settled.Where(s => s.Value.Result == NodeResult.Upgraded))
        {
            if (!truth.View.Nodes.TryGetValue(name, out var node))
            {
                continue;
            }

            var there = record.Target switch
            {
                RolloutTarget.Image(var image) => NodeImage.Compare(node.Image, image) is ImageOrder.Equal or ImageOrder.Newer,
                RolloutTarget.Patch(var level, _) => node.ReachedLevel >= level || node.Image.PatchedLevel >= level.Date,

                // Its OS may have patched itself again since.
                RolloutTarget.Reboot => true,
                _ => false,
            };
            if (!there || !node.Ready)
            {
                truth.Violated(8, $"rollout {record.Id} succeeded, and node {name} runs {node.Image}{(node.Ready ? "" : " and is not Ready")} ({outcome.Work})");
            }
        }
    }

    // For every node that is not current there is a reason; which nodes those are is found out here.
    private void Explained(ImmutableSortedDictionary<string, NodeExplanation> explanations)
    {
        foreach (var pool in truth.Intent.Spec.Pools)
        {
            foreach (var node in truth.View.NodesOf(pool.Name).Values)
            {
                if (!explanations.TryGetValue(node.Name, out var said) || said.Reasons.IsEmpty)
                {
                    truth.Violated(10, $"node {node.Name} runs {node.Image}, and nothing says why");
                }
                else if (said.Status is NodeStatus.Current or NodeStatus.Upgraded && node.Image.IsKnown && IsOld(pool, node))
                {
                    truth.Violated(10, $"node {node.Name} is said to be {said.Status} at {node.Image}: {said.Reasons[0].Message}");
                }
            }
        }
    }

    /// <summary>Whether this is a cluster in which every node can be drained, now that everything is healed.</summary>
    private bool NothingStandsInTheWay() =>
        truth.Scenario.Faults is { PodsHang: false, PodsUnready: false }
        && truth.Scenario.World is { BadImages.IsEmpty: true, SpareNodes: null }
        && truth.Intent.Spec.Support == Domain.Channels.KubernetesSupport.Supported
        && truth.Scenario.Blueprint.Budgets.All(b => b.MaxUnavailable is { Value: > 0 })
        && truth.Scenario.Blueprint.Budgets.Select(b => b.Key.Name.Split('-')[0]).Distinct(StringComparer.Ordinal).Count() == truth.Scenario.Blueprint.Budgets.Length
        && truth.Scenario.Blueprint.Pods.All(p => p.Ready)
        && truth.Scenario.Blueprint.Workloads.All(w => w.Kind != WorkloadKind.Job && w.Template.RequiredAntiAffinity.IsEmpty && w.Template.NodeSelector.IsEmpty && w.Template.GracePeriod <= Duration.FromMinutes(5));

    // A weekly window may not have opened at all since the healing, or a short one only once.
    private bool HadItsChance()
    {
        var open = 0;
        for (var at = truth.Scenario.HealAt; at < truth.Now; at += Duration.FromHours(1))
        {
            open += PlainCalendar.IsOpen(truth.Intent.Spec, at) ? 1 : 0;
        }

        return open >= 8;
    }

    // The healing is worth something only if everything gets where it should: a planner that fails with a good reason again and again would not.
    private void Reached(ImmutableSortedDictionary<string, NodeExplanation> explanations)
    {
        foreach (var pool in truth.Intent.Spec.Pools)
        {
            foreach (var node in truth.View.NodesOf(pool.Name).Values)
            {
                var said = explanations[node.Name];
                var somebodysChoice = node.Quarantined || node.AutoProvisioned || pool.PinnedBySnapshot || said.Reasons.Any(r => r.Code is ReasonCode.SettingsRefused)

                    // Pods that start slowly, one after another, may need longer than the drain timeout.
                    || said.Reasons.Any(r => r.Code is ReasonCode.Undrainable or ReasonCode.BarePodKept)

                    // NM-34: packages are held on a machine by its owner; where no agent was ever installed none reports; and packages never go back.
                    || said.Reasons.Any(r => r.Code is ReasonCode.FixesHeld or ReasonCode.AgentMissing || (truth.Scenario.Machines && r.Code == ReasonCode.NewerThanTarget));
                if (!somebodysChoice && node.Image.IsKnown && IsOld(pool, node))
                {
                    truth.Violated(10, $"node {node.Name} still runs {node.Image}, and nothing stands in the way: {string.Join(" ", said.Reasons.Select(r => r.Message))}");
                }

                // CH-13
                if (!somebodysChoice && node.RebootDue && truth.Intent.Spec.Channel == Domain.Channels.NodeOsChannel.Unmanaged && pool is { Settings.RebootPolicy: RebootPolicy.Coordinated, Provider.CanReboot: true })
                {
                    truth.Violated(10, $"node {node.Name} still waits for its reboot, and nothing stands in the way: {string.Join(" ", said.Reasons.Select(r => r.Message))}");
                }
            }
        }
    }

    private bool IsOld(PoolSpec pool, Node node)
    {
        var offered = truth.Scenario.Catalog.ImagesOf(pool.Family!).Where(r => r.PublishedAt <= truth.Now && !(r.WithdrawnAt <= truth.Now)).ToList();
        var levels = truth.Scenario.Catalog.PatchesOf(pool.Family!.PatchTrack!).Where(r => r.PublishedAt <= truth.Now).ToList();
        return truth.Intent.Spec.Channel switch
        {
            Domain.Channels.NodeOsChannel.SecurityPatch => levels.Count > 0 && node.Image.PatchedLevel < levels[^1].Level.Date && !(node.ReachedLevel >= levels[^1].Level),
            Domain.Channels.NodeOsChannel.NodeImage => offered.Count > 0 && node.Image.Version < offered[^1].Image.Version

                // NM-32: a machine is at the packages of its level; the label of an image from before them would say less.
                && !(truth.Scenario.Machines && node.ReachedLevel is { } reached && reached.Date > offered[^1].Image.PatchedLevel),
            _ => false,
        };
    }
}

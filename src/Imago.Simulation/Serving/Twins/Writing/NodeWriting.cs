using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Scheduling;
using Imago.Simulation.Serving.Twins.Rendering;
using Imago.Simulation.Tracing;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Serving.Twins.Writing;

/// <summary>What somebody writes on a node. What upgrades know by a name of its own is told to the world; everything else is kept on the node until it is made anew.</summary>
/// <remarks>UP-7: what is put on a node by hand does not survive a reimage, and is not copied to surge nodes. Rules: UP-7, UP-8, UP-155, UP-156, IM-13, IM-16, CH-34.</remarks>
internal sealed class NodeWriting(SimulatedWorld world)
{
    private ClusterState State => world.State;

    /// <summary>What is written on a machine of a pool.</summary>
    public void Replace(SimulatedNode node, JsonObject kept) => Replace(node, kept, null);

    /// <summary>What is written on a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="kept">What was written.</param>
    /// <param name="guest">What a guest is like by now; null: the node is a machine of a pool.</param>
    public void Replace(SimulatedNode node, JsonObject kept, NodeBlueprint? guest)
    {
        var (wasCordoned, wasSteered, wasQuarantined, ordered) = (node.Unschedulable, node.SteeredAway, node.Quarantined, node.DesiredLevel);
        var labels = Labels(node, kept);
        var annotations = Annotations(node, kept);
        var spec = kept.Child("spec");
        node.Unschedulable = spec?["unschedulable"]?.GetValueKind() == System.Text.Json.JsonValueKind.True;
        var taints = Reading.Taints(spec);

        // UP-156.
        node.SteeredAway = taints.Any(IsSteering);
        node.Edited = true;
        var forbidding = taints.Where(t => t.Effect == TaintEffect.NoExecute && !node.Blueprint.Taints.Contains(t)).ToList();
        var made = guest ?? node.Blueprint with { Labels = labels, Annotations = annotations };
        node.Image = guest?.Image ?? node.Image;
        world.Painting.Paint(node, made with { Taints = [.. taints.Where(t => !IsSteering(t))] });
        Tell(node, wasCordoned, node.Unschedulable, TraceKind.NodeCordoned, TraceKind.NodeUncordoned);
        Tell(node, wasSteered, node.SteeredAway, TraceKind.NodeSteered, TraceKind.NodeUnsteered);
        if (node.Quarantined && !wasQuarantined)
        {
            State.Trace(TraceKind.NodeQuarantined, node);
        }

        if (node.DesiredLevel is { } level && level != ordered)
        {
            world.Nodes.PatchOrdered(node, level);
        }

        foreach (var pod in node.Pods.Where(p => !p.Mirror && !p.Finished && forbidding.Exists(t => !NodeMatching.Tolerates(p.Template, t))).ToList())
        {
            world.Pods.Stop(pod);
        }

        world.Pods.PlanCycle();
    }

    // IM-13, IM-16.
    private static ImmutableSortedDictionary<string, string> Labels(SimulatedNode node, JsonObject kept)
    {
        var labels = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, kept.Child("metadata").Texts("labels"));
        if (labels.TryGetValue(NodeLabels.NodeImageVersion, out var image))
        {
            node.Image = image;
        }

        node.Quarantined = labels.GetValueOrDefault(NodeLabels.UpgradeStatus) is NodeLabels.Quarantined;
        return node.Quarantined ? labels.Remove(NodeLabels.UpgradeStatus) : labels;
    }

    // UP-8, UP-155, CH-34.
    private static ImmutableSortedDictionary<string, string> Annotations(SimulatedNode node, JsonObject kept)
    {
        var annotations = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, kept.Child("metadata").Texts("annotations")).Remove("node.alpha.kubernetes.io/ttl");
        node.Mark = CordonText.Read(annotations.GetValueOrDefault(NodeAnnotations.CordonMark));
        if (node.Mark is not null)
        {
            annotations = annotations.Remove(NodeAnnotations.CordonMark);
        }

        node.ScaleDownDisabled = annotations.GetValueOrDefault(NodeLook.ScaleDown) is "true" && annotations.GetValueOrDefault(NodeLook.ScaleDownReason) is "upgrade";
        if (node.ScaleDownDisabled)
        {
            annotations = annotations.Remove(NodeLook.ScaleDown).Remove(NodeLook.ScaleDownReason);
        }

        node.DesiredLevel = Level(NodeAnnotations.LivePatchingGolden);
        node.ReachedLevel = Level(NodeAnnotations.LivePatchingCurrent);
        return annotations;

        PatchLevel? Level(string name)
        {
            if (!PatchLevel.TryParse(annotations.GetValueOrDefault(name), out var level))
            {
                return null;
            }

            annotations = annotations.Remove(name);
            return level;
        }
    }

    private static bool IsSteering(Taint taint) => taint is { Key: NodeLabels.SteeringTaint, Effect: TaintEffect.PreferNoSchedule };

    private void Tell(SimulatedNode node, bool before, bool after, TraceKind on, TraceKind off)
    {
        if (before != after)
        {
            State.Trace(after ? on : off, node);
        }
    }
}

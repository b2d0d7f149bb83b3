using System.Text.Json.Nodes;
using Imago.Application.NodeOs;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Kubernetes.Objects;
using NodaTime.Text;

namespace Imago.Kubernetes.Clusters;

/// <summary>
/// One change of a node as one JSON merge patch: cordon, mark, annotations, label and taint go together or not at all. The resource version is in it, so that a list
/// of taints that somebody else has changed meanwhile is never overwritten.
/// </summary>
/// <remarks>Rules: UP-7, UP-8, UP-155, UP-156, IM-16, CH-34, CH-37, NM-18, NM-30.</remarks>
internal static class NodePatch
{
    /// <summary>The patch.</summary>
    /// <param name="seen">The node as it was seen last.</param>
    /// <param name="update">What to change.</param>
    public static JsonObject Of(KubernetesNode seen, NodeUpdate update)
    {
        var annotations = new JsonObject();
        var labels = new JsonObject();
        var spec = new JsonObject();
        if (update.Unschedulable is { } cordoned)
        {
            // Null takes the field away, as `kubectl uncordon` does.
            spec["unschedulable"] = cordoned ? true : null;
        }

        if (update.RemoveMark)
        {
            annotations[NodeAnnotations.CordonMark] = null;
        }
        else if (update.Mark is { } mark)
        {
            // UP-155: who, why, since when and what was before, in the same patch as the cordon.
            annotations[NodeAnnotations.CordonMark] = CordonMarkText.Write(mark);
        }

        if (update.ScaleDownDisabled is { } disabled)
        {
            ScaleDown(annotations, seen.Metadata.Annotations, disabled);
        }

        if (update.Quarantined is { } quarantined)
        {
            // IM-16
            labels[NodeLabels.UpgradeStatus] = quarantined ? NodeLabels.Quarantined : null;
        }

        if (update.DesiredLevel is { } level)
        {
            // CH-34
            annotations[NodeAnnotations.LivePatchingGolden] = level.ToString();
        }

        ForAgent(annotations, update);
        if (update.SteeredAway is not null || update.RemoveNotPatchedTaint)
        {
            spec["taints"] = Taints(seen, update);
        }

        return Patch(seen, annotations, labels, spec);
    }

    /// <summary>The patch that takes everything of ours off a node and leaves it as it was found; null: nothing of ours is on it.</summary>
    public static JsonObject? Forgetting(KubernetesNode seen, Node read)
    {
        var present = seen.Metadata.Annotations;
        var managed = present.ContainsKey(NodeAnnotations.Order) || present.ContainsKey(NodeAnnotations.Updater);
        if (!managed && read is { Mark: null, SteeredAway: false, ScaleDownDisabled: false, NotPatchedYet: false })
        {
            return null;
        }

        var update = new NodeUpdate
        {
            // UP-155: a cordon that was there before us stays.
            Unschedulable = read.Mark is { WasUnschedulable: false } && read.Unschedulable ? false : null,
            RemoveMark = read.Mark is not null,
            SteeredAway = read.SteeredAway ? false : null,
            ScaleDownDisabled = read.ScaleDownDisabled ? false : null,

            // IM-16: the label without a mark is somebody else's word.
            Quarantined = read is { Quarantined: true, Mark: not null } ? false : null,
            RemoveOrder = present.ContainsKey(NodeAnnotations.Order),

            // CH-37: nobody else would ever take it off.
            RemoveNotPatchedTaint = read.NotPatchedYet,
        };
        var patch = Of(seen, update);
        return managed ? GivenBack(patch, present) : patch;
    }

    // NM-18: an agent that is told nothing gives the distribution's updater back as it found it. A level that stands beside an order or an updater of ours is ours; left alone
    // it would be an order by itself (CH-34).
    private static JsonObject GivenBack(JsonObject patch, IReadOnlyDictionary<string, string> present)
    {
        var metadata = patch["metadata"]!.AsObject();
        var annotations = metadata["annotations"] as JsonObject ?? [];
        metadata["annotations"] = annotations;
        foreach (var name in new[] { NodeAnnotations.Updater, NodeAnnotations.LivePatchingGolden }.Where(present.ContainsKey))
        {
            annotations[name] = null;
        }

        return patch;
    }

    // NM-30, NM-18: order and updater.
    private static void ForAgent(JsonObject annotations, NodeUpdate update)
    {
        if (update.RemoveOrder)
        {
            annotations[NodeAnnotations.Order] = null;
        }
        else if (update.Order is { } order)
        {
            annotations[NodeAnnotations.Order] = OrderText.Write(order);
        }

        if (update.Updater is { } updater)
        {
            annotations[NodeAnnotations.Updater] = NodeOsWords.Of(updater);
        }
    }

    // UP-8: both annotations. One that somebody else set before us is remembered, and is still there afterwards.
    private static void ScaleDown(JsonObject annotations, IReadOnlyDictionary<string, string> present, bool disabled)
    {
        var ours = NodeReader.HasOurScaleDown(present);
        if (disabled)
        {
            annotations[OwnMarks.ScaleDownDisabled] = OwnMarks.True;
            annotations[OwnMarks.ScaleDownReason] = OwnMarks.Upgrade;
            if (!ours && present.GetValueOrDefault(OwnMarks.ScaleDownDisabled) == OwnMarks.True)
            {
                annotations[OwnMarks.ScaleDownWasDisabled] = OwnMarks.True;
            }

            return;
        }

        annotations[OwnMarks.ScaleDownReason] = null;
        if (present.ContainsKey(OwnMarks.ScaleDownWasDisabled))
        {
            annotations[OwnMarks.ScaleDownWasDisabled] = null;
        }
        else
        {
            annotations[OwnMarks.ScaleDownDisabled] = null;
        }
    }

    // A merge patch replaces lists as a whole, so everybody's taints are in it.
    private static JsonArray? Taints(KubernetesNode seen, NodeUpdate update)
    {
        var taints = new JsonArray();
        var steering = (seen.Spec?.Taints ?? []).Any(NodeReader.IsSteering);
        foreach (var taint in (seen.Spec?.Taints ?? []).Where(t => !NodeReader.IsSteering(t) && !(update.RemoveNotPatchedTaint && AgentReading.IsNotPatched(t))))
        {
            taints.Add(Write(taint));
        }

        if (update.SteeredAway ?? steering)
        {
            // UP-156
            taints.Add(new JsonObject { ["key"] = NodeLabels.SteeringTaint, ["effect"] = OwnMarks.SteeringEffect });
        }

        return taints.Count == 0 ? null : taints;
    }

    private static JsonObject Write(Taint taint)
    {
        var written = new JsonObject { ["key"] = taint.Key, ["effect"] = taint.Effect };
        if (taint.Value is { } value)
        {
            written["value"] = value;
        }

        if (taint.TimeAdded is { } at)
        {
            written["timeAdded"] = InstantPattern.General.Format(at);
        }

        return written;
    }

    private static JsonObject Patch(KubernetesNode seen, JsonObject annotations, JsonObject labels, JsonObject spec)
    {
        var metadata = new JsonObject { ["resourceVersion"] = seen.Metadata.ResourceVersion };
        if (annotations.Count > 0)
        {
            metadata["annotations"] = annotations;
        }

        if (labels.Count > 0)
        {
            metadata["labels"] = labels;
        }

        var patch = new JsonObject { ["metadata"] = metadata };
        if (spec.Count > 0)
        {
            patch["spec"] = spec;
        }

        return patch;
    }
}

using System.Text.Json.Nodes;
using Imago.Agent.Deciding;
using Imago.Application.NodeOs;
using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;
using Imago.Kubernetes.Objects;
using NodaTime;
using NodaTime.Text;

namespace Imago.Agent.Serving;

/// <summary>What has to be written to the node so that it says what the agent knows. Nothing is written that is there already, and nothing of anybody else's is touched.</summary>
/// <remarks>Rules: NM-30, CH-34, IM-12, IM-13.</remarks>
internal static class NodePatches
{
    /// <summary>Every annotation that an agent writes.</summary>
    public static readonly string[] Annotations = [NodeAnnotations.AgentReport, NodeAnnotations.LivePatchingCurrent, NodeAnnotations.SecurityPatchTimestamp];

    /// <summary>Every label that an agent writes.</summary>
    public static readonly string[] Labels = [NodeLabels.NodeImageVersion];

    /// <summary>Every condition that an agent writes.</summary>
    public static readonly string[] Conditions = [AgentReports.Patched, AgentReports.RebootRequired];

    /// <summary>The merge patch of annotations and label; null: all is there.</summary>
    /// <param name="seen">The node as it was seen last.</param>
    /// <param name="report">The status record.</param>
    /// <param name="state">The state.</param>
    /// <param name="firstImage">The image of a machine that nobody has labelled; null: not known.</param>
    public static JsonObject? Metadata(KubernetesNode seen, AgentReport report, AgentState state, string? firstImage)
    {
        var (annotations, labels) = (new JsonObject(), new JsonObject());
        var present = seen.Metadata.Annotations;

        // When a report was written is no news.
        if (ReportText.Read(present.GetValueOrDefault(NodeAnnotations.AgentReport)) is not { } told || told with { At = report.At } != report)
        {
            annotations[NodeAnnotations.AgentReport] = ReportText.Write(report);
        }

        // CH-34, CH-37: without a state nothing was reached, whatever the node says: the machine was reset.
        Set(annotations, present, NodeAnnotations.LivePatchingCurrent, state.Reached?.ToString());
        if (state.ImageAppliedAt is { } at)
        {
            // IM-12
            Set(annotations, present, NodeAnnotations.SecurityPatchTimestamp, NodeAnnotations.PatchTimestamp(at));
        }

        // IM-13: a live patch leaves the label alone.
        if ((state.Image ?? (seen.Metadata.Labels.ContainsKey(NodeLabels.NodeImageVersion) ? null : firstImage)) is { } image)
        {
            Set(labels, seen.Metadata.Labels, NodeLabels.NodeImageVersion, image);
        }

        if (annotations.Count == 0 && labels.Count == 0)
        {
            return null;
        }

        var metadata = new JsonObject();
        if (annotations.Count > 0)
        {
            metadata["annotations"] = annotations;
        }

        if (labels.Count > 0)
        {
            metadata["labels"] = labels;
        }

        return new JsonObject { ["metadata"] = metadata };
    }

    /// <summary>The strategic merge patch of the conditions; null: all are there.</summary>
    /// <param name="seen">The node as it was seen last.</param>
    /// <param name="conditions">What is to be said.</param>
    /// <param name="told">What this process said last, by type: the message is not read from the node.</param>
    /// <param name="now">Now.</param>
    public static JsonObject? Status(KubernetesNode seen, IEnumerable<ToldCondition> conditions, IReadOnlyDictionary<string, ToldCondition> told, Instant now)
    {
        var list = new JsonArray();
        foreach (var condition in conditions)
        {
            var there = seen.Status.Conditions?.FirstOrDefault(c => c.Type == condition.Type);
            if (there?.Status == condition.Status && there.Reason == condition.Reason && told.GetValueOrDefault(condition.Type) == condition)
            {
                continue;
            }

            var written = new JsonObject
            {
                ["type"] = condition.Type,
                ["status"] = condition.Status,
                ["reason"] = condition.Reason,
                ["message"] = condition.Message,
                ["lastHeartbeatTime"] = InstantPattern.General.Format(now),
            };
            if (there?.Status != condition.Status)
            {
                written["lastTransitionTime"] = InstantPattern.General.Format(now);
            }

            list.Add(written);
        }

        return list.Count == 0 ? null : new JsonObject { ["status"] = new JsonObject { ["conditions"] = list } };
    }

    private static void Set(JsonObject patch, IReadOnlyDictionary<string, string> present, string name, string? value)
    {
        if (present.GetValueOrDefault(name) != value)
        {
            patch[name] = value;
        }
    }
}

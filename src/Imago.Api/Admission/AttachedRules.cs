using System.Text.Json.Nodes;
using Imago.Api.Documents;
using Imago.Application.Attachments;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.Errors;
using Imago.Contracts.Schemas;
using Imago.Domain.Channels;

namespace Imago.Api.Admission;

/// <summary>
/// What may be written of a cluster that Imago did not make: how its nodes are upgraded, and nothing of what they are. Clients send whole objects back, so values that
/// stay as they are are fine.
/// </summary>
/// <param name="HasProvider">Whether somebody makes and reimages its nodes.</param>
/// <param name="IsInPlace">Whether agents on its nodes patch them in place.</param>
internal sealed record AttachedRules(bool HasProvider, bool IsInPlace)
{
    // All else of a pool is a fact about the real cluster.
    private static readonly string[] Settings = ["mode", "upgradeSettings", "upgradeSettingsBlueGreen", "tags"];

    /// <summary>The rules of a cluster; null: it is simulated, and none of them holds.</summary>
    public static AttachedRules? Of(IEnumerable<StoredResource> stored) =>
        stored.FirstOrDefault(r => r.IsOf(ResourceTypes.Attachment)) is { } attachment ? new AttachedRules(AttachmentDocument.HasProvider(attachment.Document), AttachmentDocument.IsInPlace(attachment.Document)) : null;

    /// <summary>Why a channel is not possible without a provider; null: it is.</summary>
    public static string? RefusalOf(NodeOsChannel channel) => channel is NodeOsChannel.NodeImage or NodeOsChannel.SecurityPatch
        ? $"Channel {channel} of an attached cluster reimages or patches nodes, and no node provider is configured that could. Attach the cluster again with a provider (imago cluster attach … --provider), be it agents on the nodes (--provider in-place), or use channel None or Unmanaged."
        : null;

    /// <summary>Judges the channel.</summary>
    public void CheckChannel(ClusterDocument merged, ClusterDocument? stored, AdmissionProblems problems)
    {
        // CH-86: that its minor is unsupported is a warning only; that nobody can reimage is not.
        if (!HasProvider && merged.NodeOsChannel != stored?.NodeOsChannel && RefusalOf(merged.NodeOsChannel) is { } refusal)
        {
            problems.Add($"properties.autoUpgradeProfile.{NodeOsChannels.WireProperty}", refusal);
        }
    }

    /// <summary>Judges a pool.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="after">Its properties after the write.</param>
    /// <param name="before">Its stored properties; null: there is no such pool.</param>
    /// <param name="path">Path of the properties in the request.</param>
    /// <param name="problems">Gets what is wrong.</param>
    public static void CheckPool(string name, JsonObject after, JsonObject? before, string path, AdmissionProblems problems)
    {
        if (before is null)
        {
            problems.Add(path, $"Node pool '{name}' cannot be made: the cluster is attached, and its pools are those that its nodes belong to. Add nodes to the cluster itself; their pool appears by itself.", ErrorCodes.OperationNotAllowed);
            return;
        }

        foreach (var field in before.Concat(after).Select(p => p.Key).Distinct(StringComparer.Ordinal).Where(f => !Settings.Contains(f, StringComparer.Ordinal)))
        {
            if (!Same(before[field], after[field]) && !problems.Knows(Paths.Join(path, field)))
            {
                problems.Add(Paths.Join(path, field), $"Node pool '{name}': '{field}' cannot be changed here, because the cluster is attached and its nodes are its owner's. Change it in the cluster itself; leave it out, or as it is. What can be changed are {string.Join(", ", Settings.Select(s => $"'{s}'"))}.", ErrorCodes.PropertyChangeNotAllowed);
            }
        }
    }

    /// <summary>Pools that a request leaves out.</summary>
    public static void RefuseRemoval(IEnumerable<string> names, string path, AdmissionProblems problems)
    {
        foreach (var name in names)
        {
            problems.Add(path, $"Node pool '{name}' cannot be left out: the cluster is attached, and Imago deletes no nodes of it. Remove its nodes from the cluster itself; its resource goes some time later.", ErrorCodes.OperationNotAllowed);
        }
    }

    // Nothing, false and an empty list or object are one.
    private static bool Same(JsonNode? one, JsonNode? other) => JsonNode.DeepEquals(Plain(one), Plain(other));

    private static JsonNode? Plain(JsonNode? value) => value switch
    {
        JsonObject { Count: 0 } or JsonArray { Count: 0 } => null,
        JsonValue flag when flag.GetValueKind() == System.Text.Json.JsonValueKind.False => null,
        _ => value,
    };
}

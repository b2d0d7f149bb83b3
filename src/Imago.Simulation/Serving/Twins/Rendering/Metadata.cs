using System.Text.Json.Nodes;
using Imago.Simulation.Serving.Twins.Ledger;
using NodaTime;

namespace Imago.Simulation.Serving.Twins.Rendering;

/// <summary>What every document begins with.</summary>
internal static class Metadata
{
    /// <summary>A document with kind, version and metadata; the rest follows.</summary>
    /// <param name="facts">The object.</param>
    /// <param name="labels">Its labels.</param>
    /// <param name="annotations">Its annotations.</param>
    /// <param name="owner">The reference to its controller; null: it has none, or its document says.</param>
    /// <param name="generated">What its name was generated from; null: its document says.</param>
    public static JsonObject Begin(
        EntryFacts facts, IEnumerable<KeyValuePair<string, string>> labels, IEnumerable<KeyValuePair<string, string>> annotations, JsonObject? owner = null, string? generated = null)
    {
        var stated = facts.Document.Child("metadata");
        var metadata = new JsonObject { ["name"] = facts.Key.Name };
        metadata.With("generateName", generated ?? stated.Text("generateName"));
        if (facts.Kind.Namespaced)
        {
            metadata["namespace"] = facts.Key.Namespace;
        }

        metadata["uid"] = facts.Uid;
        metadata["resourceVersion"] = facts.Version.ToString();
        if (HasGeneration(facts.Kind))
        {
            metadata["generation"] = facts.Generation;
        }

        metadata["creationTimestamp"] = Json.Time(facts.CreatedAt);
        if (facts.DeletedAt is { } deletedAt)
        {
            metadata["deletionTimestamp"] = Json.Time(deletedAt + Duration.FromSeconds(facts.Grace));
            metadata.With("deletionGracePeriodSeconds", facts.Kind == TwinKind.Pods ? facts.Grace : null);
        }

        var shown = Json.Map(labels);
        metadata.With("labels", shown.Count == 0 ? null : shown);
        var noted = Json.Map(annotations);
        metadata.With("annotations", noted.Count == 0 ? null : noted);
        metadata.With("finalizers", stated.Copy("finalizers"));
        metadata.With("ownerReferences", owner is null ? stated.Copy("ownerReferences") : new JsonArray(owner));
        return new JsonObject { ["kind"] = facts.Kind.Name, ["apiVersion"] = facts.Kind.Kind.ApiVersion, ["metadata"] = metadata };
    }

    /// <summary>The reference to the controller of an object.</summary>
    public static JsonObject Owner(string apiVersion, string kind, string name, string uid) => new()
    {
        ["apiVersion"] = apiVersion,
        ["kind"] = kind,
        ["name"] = name,
        ["uid"] = uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    private static bool HasGeneration(TwinKind kind) => kind == TwinKind.Pods || kind == TwinKind.Budgets || kind.IsWorkload;
}

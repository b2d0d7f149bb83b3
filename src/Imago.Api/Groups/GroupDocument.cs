using System.Text.Json.Nodes;
using Imago.Application.Resources;
using Imago.Application.Storage;

namespace Imago.Api.Groups;

/// <summary>A resource group as clients see it.</summary>
internal static class GroupDocument
{
    private const string State = "provisioningState";
    private const string Deleting = "Deleting";

    /// <summary>The status of a group that is being deleted.</summary>
    public static string DeletingStatus { get; } = new JsonObject { [State] = Deleting }.ToJsonString();

    public static bool IsBeingDeleted(StoredResource group) => StateOf(group) is Deleting;

    public static JsonObject Of(StoredResource group)
    {
        var document = new JsonObject { ["id"] = group.Id, ["name"] = NameOf(group), ["type"] = ResourceTypes.ResourceGroup };
        foreach (var (name, value) in (JsonObject)JsonNode.Parse(group.Document)!)
        {
            document[name] = value?.DeepClone();
        }

        document["properties"] = new JsonObject { [State] = StateOf(group) ?? "Succeeded" };
        return document;
    }

    public static string NameOf(StoredResource group) => group.Id[(group.Id.LastIndexOf('/') + 1)..];

    /// <summary>The region of the group.</summary>
    public static string LocationOf(StoredResource group) => (string?)JsonNode.Parse(group.Document)!["location"] ?? "";

    private static string? StateOf(StoredResource group) => (string?)JsonNode.Parse(group.Status)?[State];
}

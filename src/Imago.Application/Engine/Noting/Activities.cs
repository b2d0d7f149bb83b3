using System.Text.Json.Nodes;
using Imago.Application.Engine.Operations;
using Imago.Application.Storage;
using NodaTime;

namespace Imago.Application.Engine.Noting;

/// <summary>Entries of the activity log for what the engine begins and ends.</summary>
/// <remarks>Rules: EV-56…59.</remarks>
internal static class Activities
{
    /// <summary>EV-59: who calls when nobody did.</summary>
    public const string AutoUpgrader = "system:auto-upgrader";

    /// <summary>An automatic upgrade begins. What people began was noted with their request.</summary>
    public static ActivityEntry Started(StoredOperation operation, JsonObject properties) => Entry(operation, operation.StartedAt, "Started", "Informational", properties);

    /// <summary>An operation has ended: exactly one of Succeeded and Failed; an aborted one failed, and says so.</summary>
    public static ActivityEntry Ended(StoredOperation operation, JsonObject properties)
    {
        var succeeded = operation.Status == OperationStatus.Succeeded;
        if (!succeeded && operation.Error is { } error)
        {
            // EV-58: an object here; it becomes text where it is read in compatibility mode.
            properties["message"] = JsonNode.Parse(error);
        }

        return Entry(operation, operation.EndedAt!.Value, succeeded ? "Succeeded" : "Failed", succeeded ? "Informational" : "Error", properties);
    }

    /// <summary>EV-59: why it runs, and under which channel.</summary>
    public static JsonObject Automatic(string channel) => new() { ["trigger"] = "NodeOSChannel", ["channel"] = channel };

    private static ActivityEntry Entry(StoredOperation operation, Instant at, string status, string level, JsonObject properties) => new()
    {
        EventDataId = DerivedIds.Activity(operation.Id, status),
        At = at,
        SubscriptionId = operation.SubscriptionId,
        ResourceGroup = ResourceGroupOf(operation.ResourceId),
        ResourceId = operation.ResourceId,
        OperationName = operation.ActivityName(),
        Status = status,
        Level = level,
        Caller = operation.Caller,
        CorrelationId = operation.CorrelationId,
        Properties = properties.ToJsonString(),
    };

    private static string ResourceGroupOf(string id)
    {
        var parts = id.Split('/');
        var at = Array.FindIndex(parts, p => string.Equals(p, "resourceGroups", StringComparison.OrdinalIgnoreCase));
        return at >= 0 && at + 1 < parts.Length ? parts[at + 1] : "";
    }
}

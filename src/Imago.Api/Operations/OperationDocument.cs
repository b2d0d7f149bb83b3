using System.Text.Json.Nodes;
using Imago.Api.Pipeline;
using Imago.Application.Storage;

namespace Imago.Api.Operations;

/// <summary>The status document of a long-running operation (EV-81).</summary>
internal static class OperationDocument
{
    public static JsonObject Of(StoredOperation operation)
    {
        var document = new JsonObject
        {
            ["id"] = OperationLinks.Path("operations", operation),
            ["name"] = operation.Id,
            ["status"] = operation.Status.ToString(),
            ["startTime"] = WireText.Of(operation.StartedAt),
            ["resourceId"] = operation.ResourceId,
            ["operations"] = new JsonArray(),
        };
        if (operation.EndedAt is { } ended)
        {
            document["endTime"] = WireText.Of(ended);
        }

        if (operation.PercentComplete is { } percent)
        {
            document["percentComplete"] = percent;
        }

        // AZ-61: an operation under way may carry an error, too.
        if (ErrorOf(operation) is { } error)
        {
            document["error"] = error;
        }

        return document;
    }

    /// <summary>AZ-49: the error of an operation that did not succeed, and says so; null if there is none.</summary>
    public static JsonObject? ErrorOf(StoredOperation operation) => operation switch
    {
        { Error: { } stored } when JsonNode.Parse(stored) is JsonObject error => error,
        { Status: OperationStatus.Canceled } => new JsonObject { ["code"] = "OperationCanceled", ["message"] = "The operation was aborted. What it had done already stays done." },
        { Status: OperationStatus.Failed } => new JsonObject { ["code"] = "OperationFailed", ["message"] = "The operation failed; no reason was noted." },
        _ => null,
    };
}

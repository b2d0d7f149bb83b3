using System.Text.Json.Nodes;
using Imago.Api.Pipeline;
using Imago.Application.Storage;

namespace Imago.Api.Activities;

/// <summary>An entry of the activity log as Azure's clients read it.</summary>
internal static class ActivityDocument
{
    public static JsonObject Of(ActivityEntry entry)
    {
        // EV-56
        var document = new JsonObject
        {
            ["id"] = $"{entry.ResourceId}/events/{entry.EventDataId}",
            ["eventDataId"] = entry.EventDataId,
            ["correlationId"] = entry.CorrelationId,
            ["operationId"] = entry.CorrelationId,
            ["eventTimestamp"] = WireText.Of(entry.At),
            ["submissionTimestamp"] = WireText.Of(entry.At),
            ["level"] = entry.Level,
            ["caller"] = entry.Caller,
            ["category"] = Named("Administrative"),
            ["eventName"] = Named(entry.Status is "Started" ? "BeginRequest" : "EndRequest"),
            ["operationName"] = Named(entry.OperationName, OperationNames.ReadableOf(entry.OperationName)),
            ["status"] = Named(entry.Status),
            ["subStatus"] = Named(""),
            ["resourceId"] = entry.ResourceId,
            ["resourceGroupName"] = entry.ResourceGroup,
            ["resourceProviderName"] = Named(entry.OperationName.Split('/')[0]),
            ["authorization"] = new JsonObject { ["action"] = entry.OperationName, ["scope"] = entry.ResourceId },
            ["properties"] = Properties(entry),
        };

        if (entry.SubscriptionId != TenantLog.Id)
        {
            document["subscriptionId"] = entry.SubscriptionId;
        }

        // EV-59: automatic work has no request.
        if (entry.HttpMethod is not null)
        {
            document["httpRequest"] = new JsonObject
            {
                ["clientRequestId"] = entry.ClientRequestId,
                ["clientIpAddress"] = entry.ClientIpAddress,
                ["method"] = entry.HttpMethod,
            };
        }

        return document;
    }

    private static JsonObject Named(string value, string? localized = null) => new() { ["value"] = value, ["localizedValue"] = localized ?? value };

    // EV-58: the wire has a flat map of texts; what is an object in the store becomes JSON text in JSON.
    private static JsonObject Properties(ActivityEntry entry)
    {
        var properties = new JsonObject();
        foreach (var (name, value) in JsonNode.Parse(entry.Properties) as JsonObject ?? [])
        {
            properties[name] = value switch
            {
                null => null,
                JsonValue plain when plain.TryGetValue<string>(out var text) => text,
                _ => value.ToJsonString(),
            };
        }

        return properties;
    }
}

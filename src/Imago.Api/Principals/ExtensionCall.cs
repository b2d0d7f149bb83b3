using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Api.Authentication;
using Imago.Api.Pipeline;
using Imago.Contracts.Errors;
using Microsoft.AspNetCore.Http;

namespace Imago.Api.Principals;

/// <summary>What the endpoints for principals and roles have in common: the api-version, and a body of one object.</summary>
internal static class ExtensionCall
{
    public const string ApiVersion = "2026-11-01";

    /// <summary>Whether the request names our api-version; else the answer has been written.</summary>
    public static async ValueTask<bool> HasVersionAsync(HttpContext context)
    {
        var asked = context.Request.Query["api-version"].ToString();
        if (string.Equals(asked, ApiVersion, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        await RefusalWriter.WriteAsync(
            context,
            StatusCodes.Status400BadRequest,
            asked.Length == 0 ? "MissingApiVersionParameter" : "InvalidApiVersionParameter",
            $"The api-version '{(asked.Length <= 40 ? asked : asked[..40])}' is not served here; add '?api-version={ApiVersion}' to the address.");
        return false;
    }

    /// <summary>The <c>properties</c> of the body, empty if there is no body; null if it cannot be read, and the answer has been written.</summary>
    public static async ValueTask<JsonObject?> PropertiesAsync(HttpContext context, ApiOptions options)
    {
        var (body, refusal) = await RequestBody.ReadAsync(context.Request, options, context.RequestAborted, mayBeEmpty: true);
        if (refusal is not null)
        {
            var error = refusal.Body!["error"]!;
            await RefusalWriter.WriteAsync(context, refusal.Status, (string)error["code"]!, (string)error["message"]!);
            return null;
        }

        if ((body!["properties"] ?? new JsonObject()) is JsonObject properties)
        {
            return properties;
        }

        await RefusalWriter.WriteAsync(context, StatusCodes.Status400BadRequest, ErrorCodes.InvalidRequestContent, "The body must be a JSON object with the object 'properties'.");
        return null;
    }

    /// <summary>A text property; null if it is not there or no text.</summary>
    public static string? Text(this JsonObject properties, string name) => properties[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A true-or-false property; null if it is not there or neither.</summary>
    public static bool? Flag(this JsonObject properties, string name) => properties[name] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    /// <summary>Properties that are not known or of the wrong kind, in a sentence; null if there are none.</summary>
    public static string? Surprises(this JsonObject properties, params (string Name, JsonValueKind[] Kinds)[] known)
    {
        var all = properties.Where(p => p.Value is not null)
            .Where(p => !Array.Exists(known, k => k.Name == p.Key && k.Kinds.Contains(p.Value!.GetValueKind())))
            .Select(p => $"'properties.{p.Key}'").ToArray();
        return all.Length == 0
            ? null
            : $"Not understood: {string.Join(", ", all)}. Known are {string.Join(", ", known.Select(k => $"'properties.{k.Name}' ({string.Join(" or ", k.Kinds).ToLowerInvariant()})"))}.";
    }
}

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Imago.Api.Activities;

/// <summary>What an endpoint tells <see cref="IWriteAudit"/> about a write beside its path: never a secret.</summary>
internal static class WriteFacts
{
    /// <summary>What has been told so far.</summary>
    public static JsonObject Of(HttpContext context)
    {
        if (context.Items.TryGetValue(typeof(WriteFacts), out var known))
        {
            return (JsonObject)known!;
        }

        JsonObject facts = [];
        context.Items[typeof(WriteFacts)] = facts;
        return facts;
    }
}

using System.Net;
using System.Text.Json.Nodes;

namespace Imago.Cli.Remote;

/// <summary>Read, change, write: a PUT replaces the whole document, so it starts from what is there and goes through only if that is still there.</summary>
internal static class Revision
{
    private const int MostTries = 3;

    // They belong to the path or to the server; a document is written without them.
    private static readonly string[] NotWritten = ["id", "name", "type", "eTag", "etag", "systemData"];

    /// <summary>Changes a document that is there.</summary>
    public static async Task<ArmAnswer> PutAsync(Session session, string path, Action<JsonObject> change)
    {
        for (var tried = 1; ; tried++)
        {
            var found = await session.Client.GetAsync(path, session.Cancellation);
            var body = Writable(found.Body);
            change(body);
            try
            {
                return await session.Client.SendAsync(HttpMethod.Put, path, body, session.Cancellation, ifMatch: TagOf(found));
            }
            catch (ArmException changed) when (changed.Status == (int)HttpStatusCode.PreconditionFailed && tried < MostTries)
            {
                // Somebody was faster. What we change is the same on top of theirs.
            }
        }
    }

    /// <summary>A document as it is written.</summary>
    public static JsonObject Writable(JsonNode? document)
    {
        var body = (document?.DeepClone() as JsonObject) ?? [];
        foreach (var name in NotWritten)
        {
            body.Remove(name);
        }

        (body["properties"] as JsonObject)?.Remove("eTag");
        return body;
    }

    /// <summary>EV-84: the version of a document; null where the server gives none.</summary>
    public static string? TagOf(ArmAnswer answer) => answer.ETag ?? Quoted(answer.Body.Text("eTag") ?? answer.Body.Text("etag") ?? answer.Body.Text("properties.eTag"));

    private static string? Quoted(string? tag) => tag is null || tag.StartsWith('"') || tag.StartsWith("W/", StringComparison.Ordinal) ? tag : $"\"{tag}\"";
}

using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Patching;
using Imago.Kubernetes.Serving.Requests;
using Imago.Kubernetes.Serving.Schemas;
using Imago.Kubernetes.Serving.Tables;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving.Writing;

/// <summary>The form of a patch.</summary>
internal enum PatchForm
{
    Json,
    Merge,
    Strategic,

    /// <summary>Server-side apply.</summary>
    Apply,
}

/// <summary>A patch as it was sent.</summary>
/// <param name="Form">Its form.</param>
/// <param name="Body">Its text.</param>
internal sealed record PatchDocument(PatchForm Form, JsonNode? Body)
{
    private const string VersionPath = "/metadata/resourceVersion";

    /// <summary>Whether it says which version it is for: then it is never tried on another one.</summary>
    public bool NamesVersion => Form is PatchForm.Json
        ? Body is JsonArray operations && operations.Any(o => o.Text("path") == VersionPath)
        : Body.At("metadata", "resourceVersion") is not null;

    public static async Task<PatchDocument> ReadAsync(RequestBody bodies, HttpContext http)
    {
        var form = RequestBody.MediaTypeOf(http.Request) switch
        {
            "application/json-patch+json" => PatchForm.Json,
            "application/merge-patch+json" => PatchForm.Merge,
            "application/strategic-merge-patch+json" => PatchForm.Strategic,
            "application/apply-patch+yaml" => PatchForm.Apply,
            _ => throw new RefusedException(StatusDocument.UnsupportedMediaType("415: Unsupported Media Type")),
        };
        if (form is PatchForm.Apply && http.Request.Query.Text("fieldManager") is null)
        {
            throw new RefusedException(StatusDocument.BadRequest("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"));
        }

        var body = await bodies.ReadPatchAsync(http, isYaml: form is PatchForm.Apply);
        return (form is PatchForm.Json ? body is JsonArray : body is JsonObject)
            ? new PatchDocument(form, body)
            : throw new RefusedException(StatusDocument.BadRequest(
                form is PatchForm.Json ? "error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch" : "error decoding patch: the patch is not an object"));
    }

    /// <summary>The object as the patch makes it.</summary>
    /// <param name="document">The object; of no use afterwards.</param>
    /// <param name="schema">What is known about it.</param>
    public JsonObject Apply(JsonObject document, TypeSchema? schema)
    {
        try
        {
            return Form switch
            {
                PatchForm.Json => JsonPatch.Apply(document, (JsonArray)Body!) as JsonObject ?? throw new PatchException("nothing is left of the object"),
                PatchForm.Merge => MergePatch.Apply(document, (JsonObject)Body!),
                _ => StrategicMerge.Apply(document, (JsonObject)Body!, schema),
            };
        }
        catch (PatchException problem) when (problem.IsFormat)
        {
            throw new RefusedException(StatusDocument.BadRequest($"error decoding patch: {problem.Message}"));
        }
        catch (PatchException)
        {
            // The API says no more than this; what clients print is made from it.
            throw new RefusedException(new StatusDocument(StatusCodes.Status422UnprocessableEntity, "Invalid", "the server rejected our request due to an error in our request") { HasDetails = true });
        }
    }
}

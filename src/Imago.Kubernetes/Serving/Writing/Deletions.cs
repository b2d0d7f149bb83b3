using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Requests;
using Imago.Kubernetes.Serving.Selecting;
using Imago.Kubernetes.Serving.Tables;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving.Writing;

/// <summary>Deleting an object, deleting all that match, and evicting a pod.</summary>
internal sealed class Deletions(RequestBody bodies, TimeProvider clock)
{
    public async Task DeleteAsync(TwinRequest request, ObjectTarget target)
    {
        var view = ObjectView.Of(request, target.Kind, clock);
        var asked = Asked(request, await bodies.ReadOptionalAsync(request.Http));
        var answer = await request.Twin.DeleteAsync(target.Place, asked, request.Cancellation);
        if (answer.Refusal is { } refusal)
        {
            throw new RefusedException(StatusDocument.Of(refusal, target.Kind, target.Name));
        }

        // What takes its time to go is shown as it goes; what is gone is told.
        var document = answer.Object!.Render();
        if (document.At("metadata", "deletionTimestamp") is not null)
        {
            await JsonForm.WriteAsync(request.Http, StatusCodes.Status200OK, view.One(document));
            return;
        }

        var gone = new StatusDocument(StatusCodes.Status200OK, "", "") { Uid = answer.Object.Uid }.About(target.Kind, target.Name, target.Kind.Kind.Plural);
        await JsonForm.WriteAsync(request.Http, gone);
    }

    public async Task DeleteAllAsync(TwinRequest request, ObjectTarget target)
    {
        var selection = Selection.Of(target, request.Query);
        var asked = Asked(request, await bodies.ReadOptionalAsync(request.Http));
        var list = await request.Twin.ListAsync(target.Kind.Kind, request.Cancellation);
        var items = new JsonArray();
        foreach (var item in list.Items.Where(selection.Matches))
        {
            var answer = await request.Twin.DeleteAsync(new ObjectPlace(target.Kind.Kind, item.Key), asked, request.Cancellation);
            switch (answer.Refusal)
            {
                case null:
                    items.Add(answer.Object!.Render());
                    break;
                case { Code: StatusCodes.Status404NotFound }:
                    // Somebody else was faster: it is gone, which is what was asked for.
                    break;
                case var refusal:
                    throw new RefusedException(StatusDocument.Of(refusal, target.Kind, item.Key.Name));
            }
        }

        await JsonForm.WriteAsync(request.Http, StatusCodes.Status200OK, new JsonObject
        {
            ["kind"] = target.Kind.ListName,
            ["apiVersion"] = target.Kind.Kind.ApiVersion,
            ["metadata"] = new JsonObject { ["resourceVersion"] = list.ResourceVersion.ToString() },
            ["items"] = items,
        });
    }

    public async Task EvictAsync(TwinRequest request, ObjectTarget target)
    {
        var eviction = await bodies.ReadObjectAsync(request.Http);
        if (eviction.Text("apiVersion") is { Length: > 0 } version && version is not "policy/v1")
        {
            throw new RefusedException(StatusDocument.BadRequest($"the API version in the data ({version}) does not match the expected API version (policy/v1)"));
        }

        if (eviction.Name() != target.Name)
        {
            throw new RefusedException(StatusDocument.BadRequest("name in URL does not match name in Eviction object"));
        }

        var asked = Asked(request, eviction["deleteOptions"] as JsonObject);
        var answer = await request.Twin.EvictAsync(target.Place, asked, request.Cancellation);
        await JsonForm.WriteAsync(
            request.Http,
            answer.Refusal is { } refusal ? StatusDocument.Of(refusal, target.Kind, target.Name) : new StatusDocument(StatusCodes.Status201Created, "", ""));
    }

    // Said in the body or, by old clients, in the query.
    private static DeletionAsked Asked(TwinRequest request, JsonObject? options)
    {
        var query = request.Query;
        var dryRun = options.Items("dryRun").Select(d => d.Text()).ToList();
        if (dryRun.Exists(d => d is not "All"))
        {
            throw new RefusedException(new StatusDocument(
                StatusCodes.Status422UnprocessableEntity, "Invalid", $"DeleteOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: \"{dryRun.Find(d => d is not "All")}\": supported values: \"All\""));
        }

        var propagation = Said("propagationPolicy") ?? (options.Is("orphanDependents") || query.Flag("orphanDependents") ? "Orphan" : null);
        if (propagation is not (null or "Background" or "Foreground" or "Orphan"))
        {
            throw new RefusedException(new StatusDocument(
                StatusCodes.Status422UnprocessableEntity, "Invalid", $"DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"{propagation}\": supported values: \"Background\", \"Foreground\", \"Orphan\""));
        }

        var grace = options.At("gracePeriodSeconds") is JsonValue value && value.TryGetValue<long>(out var seconds) ? seconds : query.Number("gracePeriodSeconds");
        return new DeletionAsked(
            Text("uid"), Text("resourceVersion"), grace is { } g ? Math.Max(0, g) : null, propagation, dryRun.Count > 0 || query.IsDryRun());

        string? Said(string name) => options.Text(name) is { Length: > 0 } text ? text : query.Text(name);

        string? Text(string name) => options.Text("preconditions", name) is { Length: > 0 } text ? text : null;
    }
}

using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Kubernetes.Serving.Access;
using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Requests;
using Imago.Kubernetes.Serving.Schemas;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving.Writing;

/// <summary>Creating, replacing and patching objects and their parts.</summary>
internal sealed class ObjectWrites(RequestBody bodies, TimeProvider clock)
{
    private const string Scale = "scale";

    // As the API: somebody else may be faster, but not for ever.
    private const int MostAttempts = 5;

    public async Task CreateAsync(TwinRequest request, ObjectTarget target)
    {
        var view = ObjectView.Of(request, target.Kind, clock);
        var document = await bodies.ReadObjectAsync(request.Http);
        ObjectChecks.Check(document, target);
        FieldValidation.Check(request.Http, target.Kind, document);
        NodeRestriction.CheckNew(request, target, document);
        var answer = await request.Twin.CreateAsync(target.Kind.Kind, document, request.Query.IsDryRun(), request.Cancellation);
        await AnswerAsync(request, target, answer, d => view.One(d), StatusCodes.Status201Created);
    }

    public async Task ReplaceAsync(TwinRequest request, ObjectTarget target)
    {
        var view = ObjectView.Of(request, target.Kind, clock);
        var document = await bodies.ReadObjectAsync(request.Http);
        if (target.Subresource is Scale)
        {
            var found = await request.Twin.FindAsync(target.Place, request.Cancellation) ?? throw new RefusedException(StatusDocument.NotFound(target.Kind, target.Name!));
            await StoreAsync(request, target, ScaleDocument.Onto(found.Render(), document), ScaleDocument.Of);
            return;
        }

        ObjectChecks.Check(document, target);
        ObjectChecks.CheckVersion(document, target.Kind);
        FieldValidation.Check(request.Http, target.Kind, document);
        if (request.Caller.Node is not null)
        {
            // What is compared is what is replaced: a change in between must be noticed.
            var found = await request.Twin.FindAsync(target.Place, request.Cancellation) ?? throw new RefusedException(StatusDocument.NotFound(target.Kind, target.Name!));
            NodeRestriction.CheckChange(request, target, found.Render(), document);
            document["metadata"]!["resourceVersion"] ??= found.ResourceVersion.ToString();
        }

        await StoreAsync(request, target, document, d => view.One(d));
    }

    public async Task PatchAsync(TwinRequest request, ObjectTarget target)
    {
        var view = ObjectView.Of(request, target.Kind, clock);
        var patch = await PatchDocument.ReadAsync(bodies, request.Http);
        Func<JsonObject, JsonObject> shown = target.Subresource is Scale ? ScaleDocument.Of : d => view.One(d);
        for (var attempt = 1; ; attempt++)
        {
            var found = await request.Twin.FindAsync(target.Place, request.Cancellation);
            if (found is null && patch.Form is PatchForm.Apply && target.Subresource is null)
            {
                await ApplyNewAsync(request, target, patch, shown);
                return;
            }

            if (found is null)
            {
                throw new RefusedException(StatusDocument.NotFound(target.Kind, target.Name!));
            }

            var patched = Patched(request, target, patch, found);
            var answer = await request.Twin.ReplaceAsync(target.Kind.Kind, patched, target.Subresource, request.Query.IsDryRun(), request.Cancellation);
            if (answer.Refusal is { Code: StatusCodes.Status409Conflict } && !patch.NamesVersion && attempt < MostAttempts)
            {
                continue;
            }

            await AnswerAsync(request, target, answer, shown, StatusCodes.Status200OK);
            return;
        }
    }

    private static JsonObject Patched(TwinRequest request, ObjectTarget target, PatchDocument patch, TwinObject found)
    {
        var version = found.ResourceVersion.ToString();
        if (target.Subresource is Scale)
        {
            return ScaleDocument.Onto(found.Render(), patch.Apply(ScaleDocument.Of(found.Render()), null));
        }

        var patched = patch.Apply(found.Render(), SchemaBook.Shipped.Find(target.Kind.Name));
        ObjectChecks.Check(patched, target);
        FieldValidation.Check(request.Http, target.Kind, patched);
        NodeRestriction.CheckChange(request, target, found.Render(), patched);
        if (!patch.NamesVersion)
        {
            // What was patched is what was read: a change in between is noticed, and the patch tried again on it.
            patched["metadata"]!["resourceVersion"] = version;
        }

        return patched;
    }

    // Nothing is there yet: what is applied is all there is.
    private async Task ApplyNewAsync(TwinRequest request, ObjectTarget target, PatchDocument patch, Func<JsonObject, JsonObject> shown)
    {
        var document = patch.Apply([], SchemaBook.Shipped.Find(target.Kind.Name));
        ObjectChecks.Check(document, target);
        FieldValidation.Check(request.Http, target.Kind, document);
        NodeRestriction.CheckNew(request, target, document);
        var answer = await request.Twin.CreateAsync(target.Kind.Kind, document, request.Query.IsDryRun(), request.Cancellation);
        await AnswerAsync(request, target, answer, shown, StatusCodes.Status201Created);
    }

    private static async Task StoreAsync(TwinRequest request, ObjectTarget target, JsonObject document, Func<JsonObject, JsonObject> shown)
    {
        var answer = await request.Twin.ReplaceAsync(target.Kind.Kind, document, target.Subresource, request.Query.IsDryRun(), request.Cancellation);
        await AnswerAsync(request, target, answer, shown, StatusCodes.Status200OK);
    }

    private static async Task AnswerAsync(TwinRequest request, ObjectTarget target, TwinAnswer answer, Func<JsonObject, JsonObject> shown, int status)
    {
        if (answer.Refusal is { } refusal)
        {
            throw new RefusedException(StatusDocument.Of(refusal, target.Kind, target.Name));
        }

        await JsonForm.WriteAsync(request.Http, status, shown(answer.Object!.Render()));
    }
}

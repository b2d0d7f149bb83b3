using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Listing;
using Imago.Kubernetes.Serving.Requests;
using Imago.Kubernetes.Serving.Watching;
using Imago.Kubernetes.Serving.Writing;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving;

/// <summary>Which method on which path does what.</summary>
internal sealed class ObjectEndpoints(ListAnswer lists, WatchAnswer watches, ObjectWrites writes, Deletions deletions, TimeProvider clock)
{
    // What needs a machine with containers on it.
    private static readonly string[] NeedContainers = ["log", "exec", "attach", "portforward", "proxy"];

    public Task AnswerAsync(TwinRequest request, ObjectTarget target) => target switch
    {
        { Name: null } => CollectionAsync(request, target),
        { Subresource: null } => ObjectAsync(request, target),
        _ => PartAsync(request, target),
    };

    // Who asks for the head of a watch wants no body, and would wait for its end.
    private Task CollectionAsync(TwinRequest request, ObjectTarget target) => request.Http.Request.Method.ToUpperInvariant() switch
    {
        "GET" when request.Query.Flag("watch") => watches.WriteAsync(request, target),
        "GET" or "HEAD" => lists.WriteAsync(request, target),
        "POST" => writes.CreateAsync(request, target),
        "DELETE" when target.Kind.Verbs.Contains("deletecollection") => deletions.DeleteAllAsync(request, target),
        _ => throw new RefusedException(StatusDocument.MethodNotAllowed()),
    };

    private Task ObjectAsync(TwinRequest request, ObjectTarget target) => request.Http.Request.Method.ToUpperInvariant() switch
    {
        "GET" when request.Query.Flag("watch") => watches.WriteAsync(request, target),
        "GET" or "HEAD" => GetAsync(request, target),
        "PUT" => writes.ReplaceAsync(request, target),
        "PATCH" => writes.PatchAsync(request, target),
        "DELETE" => deletions.DeleteAsync(request, target),
        _ => throw new RefusedException(StatusDocument.MethodNotAllowed()),
    };

    private Task PartAsync(TwinRequest request, ObjectTarget target)
    {
        var part = target.Subresource!;
        if (target.Kind.Kind.Plural is "pods" && Array.Exists(NeedContainers, n => n == part))
        {
            throw new RefusedException(StatusDocument.BadRequest($"pods/{part} is not served: the cluster is simulated, and no containers run in it"));
        }

        if (!target.Kind.SubresourceList.Contains(part))
        {
            throw new RefusedException(StatusDocument.NoSuchPath());
        }

        return (part, request.Http.Request.Method.ToUpperInvariant()) switch
        {
            ("eviction", "POST") => deletions.EvictAsync(request, target),
            ("status" or "scale", "GET" or "HEAD") => GetAsync(request, target),
            ("status" or "scale", "PUT") => writes.ReplaceAsync(request, target),
            ("status" or "scale", "PATCH") => writes.PatchAsync(request, target),
            _ => throw new RefusedException(StatusDocument.MethodNotAllowed()),
        };
    }

    private async Task GetAsync(TwinRequest request, ObjectTarget target)
    {
        var view = ObjectView.Of(request, target.Kind, clock);
        var found = await request.Twin.FindAsync(target.Place, request.Cancellation) ?? throw new RefusedException(StatusDocument.NotFound(target.Kind, target.Name!));
        var document = found.Render();
        await JsonForm.WriteAsync(request.Http, StatusCodes.Status200OK, target.Subresource is "scale" ? ScaleDocument.Of(document) : view.One(document));
    }
}

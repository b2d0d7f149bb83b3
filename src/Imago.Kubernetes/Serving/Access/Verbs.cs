using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Requests;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving.Access;

/// <summary>Who may do what: one who holds a token of role user reads, one of role admin does everything; what a node may do says <see cref="NodeAccess"/>.</summary>
internal static class Verbs
{
    private static readonly string[] Reading = ["get", "list", "watch"];

    /// <summary>Whether a role allows a verb on a resource.</summary>
    /// <param name="role">The caller's role.</param>
    /// <param name="verb">As the API names it.</param>
    /// <param name="group">Group of the resource.</param>
    /// <param name="resource">Its plural.</param>
    public static bool Allow(ClusterRole role, string verb, string group, string resource) =>
        role is ClusterRole.Admin
        || (role is ClusterRole.User && Array.Exists(Reading, v => v == verb))

        // Everybody may ask what they may do, and who they are.
        || (verb is "create" && group is "authorization.k8s.io" && resource is "selfsubjectaccessreviews" or "selfsubjectrulesreviews")
        || (verb is "create" && group is "authentication.k8s.io" && resource is "selfsubjectreviews");

    public static string Of(HttpRequest request, ObjectTarget target) => request.Method switch
    {
        _ when HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) =>
            request.Query.Flag("watch") ? "watch" : target.Name is null ? "list" : "get",
        _ when HttpMethods.IsPost(request.Method) => "create",
        _ when HttpMethods.IsPut(request.Method) => "update",
        _ when HttpMethods.IsPatch(request.Method) => "patch",
        _ when HttpMethods.IsDelete(request.Method) => target.Name is null ? "deletecollection" : "delete",
        _ => request.Method.ToLowerInvariant(),
    };

    /// <summary>A refusal in the words of the API.</summary>
    /// <param name="caller">Who asked.</param>
    /// <param name="verb">For what.</param>
    /// <param name="target">Of what.</param>
    /// <param name="why">Why, and what is allowed; null: the API says no more.</param>
    public static StatusDocument Forbidden(TwinCaller caller, string verb, ObjectTarget target, string? why = null)
    {
        var resource = target.Subresource is { } sub ? $"{target.Kind.Kind.Plural}/{sub}" : target.Kind.Kind.Plural;
        var named = target.Name is { } name ? $"{target.Kind.Resource} \"{name}\"" : target.Kind.Resource;
        var where = target.Namespace is { Length: > 0 } space ? $"in the namespace \"{space}\"" : "at the cluster scope";
        return new StatusDocument(
            StatusCodes.Status403Forbidden,
            "Forbidden",
            $"{named} is forbidden: User \"{caller.User}\" cannot {verb} resource \"{resource}\" in API group \"{target.Kind.Kind.Group}\" {where}{(why is null ? "" : $": {why}")}")
            .About(target.Kind, target.Name, target.Kind.Kind.Plural);
    }
}

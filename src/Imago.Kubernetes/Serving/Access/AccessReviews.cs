using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Requests;
using Imago.Kubernetes.Serving.Tables;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving.Access;

/// <summary>What one may do, and who one is: <c>kubectl auth can-i</c>, <c>kubectl auth whoami</c>.</summary>
internal sealed class AccessReviews(RequestBody bodies)
{
    public const string Authorization = "authorization.k8s.io";
    public const string Authentication = "authentication.k8s.io";

    // What can only be created: a question, and the answer to it.
    private static readonly (string Group, string Plural, string Kind)[] Reviews =
    [
        (Authentication, "selfsubjectreviews", "SelfSubjectReview"),
        (Authorization, "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
        (Authorization, "selfsubjectrulesreviews", "SelfSubjectRulesReview"),
    ];

    public static IEnumerable<(string Group, string Plural, string Kind)> All => Reviews;

    /// <summary>Which review a path is; null: none.</summary>
    public static string? KindOf(ReadOnlySpan<string> segments)
    {
        foreach (var (group, plural, kind) in Reviews)
        {
            if (segments is ["apis", var g, "v1", var p] && g == group && p == plural)
            {
                return kind;
            }
        }

        return null;
    }

    public async Task AnswerAsync(TwinRequest request, string kind)
    {
        var review = await bodies.ReadObjectAsync(request.Http);
        if (review.Text("kind") is { Length: > 0 } said && said != kind)
        {
            throw new RefusedException(StatusDocument.BadRequest($"{said} in version \"v1\" cannot be handled as a {kind}"));
        }

        review["kind"] = kind;
        review["apiVersion"] ??= $"{(kind is "SelfSubjectReview" ? Authentication : Authorization)}/v1";
        review["metadata"] ??= new JsonObject();
        review["status"] = kind switch
        {
            "SelfSubjectReview" => new JsonObject { ["userInfo"] = UserInfo(request.Caller) },
            "SelfSubjectRulesReview" => Rules(request.Caller.Role),
            _ => Verdict(request.Caller.Role, review["spec"]),
        };
        await JsonForm.WriteAsync(request.Http, StatusCodes.Status201Created, review);
    }

    private static JsonObject UserInfo(TwinCaller caller) => new()
    {
        ["username"] = caller.User,
        ["groups"] = new JsonArray(caller.Role is ClusterRole.Admin ? "imago:cluster-admins" : "imago:cluster-users", "system:authenticated"),
    };

    private static JsonObject Verdict(ClusterRole role, JsonNode? spec)
    {
        var resource = spec.At("resourceAttributes");
        var isAllowed = resource is null
            ? role is ClusterRole.Admin || spec.Text("nonResourceAttributes", "verb") is "get"
            : Verbs.Allow(role, resource.Text("verb"), resource.Text("group"), resource.Text("resource"));

        // As the API: why something is allowed, but not why it is not; clients print it beside their own "no".
        return isAllowed
            ? new JsonObject { ["allowed"] = true, ["reason"] = $"The token's role is {(role is ClusterRole.Admin ? "admin: it may do everything" : "user: it may read")}." }
            : new JsonObject { ["allowed"] = false };
    }

    private static JsonObject Rules(ClusterRole role)
    {
        var rules = role is ClusterRole.Admin
            ? new JsonArray(Rule(["*"], ["*"], ["*"]))
            : new JsonArray(
                Rule(["get", "list", "watch"], ["*"], ["*"]),
                Rule(["create"], [Authorization], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
                Rule(["create"], [Authentication], ["selfsubjectreviews"]));
        return new JsonObject
        {
            ["resourceRules"] = rules,
            ["nonResourceRules"] = new JsonArray(new JsonObject { ["verbs"] = new JsonArray(role is ClusterRole.Admin ? "*" : "get"), ["nonResourceURLs"] = new JsonArray("*") }),
            ["incomplete"] = false,
        };
    }

    private static JsonNode Rule(string[] verbs, string[] groups, string[] resources) => new JsonObject
    {
        ["verbs"] = Texts(verbs), ["apiGroups"] = Texts(groups), ["resources"] = Texts(resources),
    };

    private static JsonArray Texts(string[] texts) => new([.. texts.Select(t => (JsonNode)t)]);
}

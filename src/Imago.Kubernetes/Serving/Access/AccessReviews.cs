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
            "SelfSubjectRulesReview" => Rules(request.Caller),
            _ => await VerdictAsync(request, review["spec"]),
        };
        await JsonForm.WriteAsync(request.Http, StatusCodes.Status201Created, review);
    }

    private static JsonObject UserInfo(TwinCaller caller) => new()
    {
        ["username"] = caller.User,
        ["groups"] = new JsonArray(
            caller.Role is ClusterRole.Admin ? "imago:cluster-admins" : caller.Role is ClusterRole.Node ? "system:nodes" : "imago:cluster-users", "system:authenticated"),
    };

    private static async ValueTask<JsonObject> VerdictAsync(TwinRequest request, JsonNode? spec)
    {
        var role = request.Caller.Role;
        var resource = spec.At("resourceAttributes");
        var isAllowed = resource is null
            ? role is ClusterRole.Admin || spec.Text("nonResourceAttributes", "verb") is "get"
            : Verbs.Allow(role, resource.Text("verb"), resource.Text("group"), resource.Text("resource"))
                || (request.Caller.Node is { } node && await NodeAccess.RefusalAsync(node, AccessAsked.Of(resource), request.Twin, request.Cancellation) is null);

        // As the API: why something is allowed, but not why it is not; clients print it beside their own "no".
        return isAllowed
            ? new JsonObject { ["allowed"] = true, ["reason"] = $"The token's role is {ReasonOf(role)}." }
            : new JsonObject { ["allowed"] = false };
    }

    private static string ReasonOf(ClusterRole role) => role switch
    {
        ClusterRole.Admin => "admin: it may do everything",
        ClusterRole.Node => "node: it may do this with what is its own",
        _ => "user: it may read",
    };

    private static JsonObject Rules(TwinCaller caller)
    {
        var role = caller.Role;
        var rules = role is ClusterRole.Admin ? new JsonArray(Rule(["*"], ["*"], ["*"])) : new JsonArray();
        if (caller.Node is { } node)
        {
            // Of what is allowed with a selector only, there is no rule: whoever reads it as allowed without one would be refused.
            rules.Add(Rule(["get", "list", "watch", "update", "patch"], [""], ["nodes"], node));
            rules.Add(Rule(["get", "update", "patch"], [""], ["nodes/status"], node));
            rules.Add(Rule(["get", "update", "patch"], ["coordination.k8s.io"], ["leases"], node));
            rules.Add(Rule(["create"], [""], ["nodes", "events"]));
            rules.Add(Rule(["create"], ["coordination.k8s.io"], ["leases"]));
        }
        else if (role is ClusterRole.User)
        {
            rules.Add(Rule(["get", "list", "watch"], ["*"], ["*"]));
        }

        if (role is not ClusterRole.Admin)
        {
            rules.Add(Rule(["create"], [Authorization], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]));
            rules.Add(Rule(["create"], [Authentication], ["selfsubjectreviews"]));
        }

        return new JsonObject
        {
            ["resourceRules"] = rules,
            ["nonResourceRules"] = new JsonArray(new JsonObject { ["verbs"] = new JsonArray(role is ClusterRole.Admin ? "*" : "get"), ["nonResourceURLs"] = new JsonArray("*") }),
            ["incomplete"] = role is ClusterRole.Node,
        };
    }

    private static JsonNode Rule(string[] verbs, string[] groups, string[] resources, string? name = null)
    {
        var rule = new JsonObject { ["verbs"] = Texts(verbs), ["apiGroups"] = Texts(groups), ["resources"] = Texts(resources) };
        if (name is not null)
        {
            rule["resourceNames"] = Texts([name]);
        }

        return rule;
    }

    private static JsonArray Texts(string[] texts) => new([.. texts.Select(t => (JsonNode)t)]);
}

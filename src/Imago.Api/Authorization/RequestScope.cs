using Microsoft.AspNetCore.Http;

namespace Imago.Api.Authorization;

/// <summary>What a request is about to do, and where: read from its method and path alone, so that no endpoint can be reached without it.</summary>
/// <param name="Scope">The resource, group or subscription, as written; <c>/</c> for what lies above all subscriptions.</param>
/// <param name="Action">In ARM's spelling, for example <c>Microsoft.ContainerService/managedClusters/write</c>.</param>
/// <param name="Needed">The least role.</param>
/// <param name="Anywhere">
/// Where that role may be held instead of at the scope or above: anywhere at or below this. What one may not read is left out of the answer then
/// (<see cref="CallerAccess"/>). Null: nowhere else. <c>/</c> also takes those who hold no role at all.
/// </param>
internal sealed record RequestScope(string Scope, string Action, Role Needed, string? Anywhere)
{
    // Questions that need more than fits into a URL, and change nothing.
    private static readonly string[] ReadingPosts = ["forecast"];

    // What these hold says who may do what; reading it is half of changing it.
    private static readonly string[] OwnersOnly = ["servicePrincipals", "roleAssignments"];

    // Lists of which everybody sees what they may read.
    private static readonly string[] FilteredLists = ["resourceGroups", "managedClusters", "resources"];

    // About a subscription as such; whoever works anywhere in it needs them (registering aside, which is a write).
    private static readonly string[] SubscriptionFacts = ["providers", "features", "locations", "kubernetesVersions", "operations", "operationresults", "operationsStatus"];

    /// <summary>Whether it is about who may do what.</summary>
    public bool IsAboutAccess => Array.Exists(OwnersOnly, o => Action.Contains($"/{o}/", StringComparison.OrdinalIgnoreCase));

    public static RequestScope Of(string method, PathString path)
    {
        var walk = new Walk((path.Value ?? "/").Split('/', StringSplitOptions.RemoveEmptyEntries));
        var (isRead, isPost) = (HttpMethods.IsGet(method) || HttpMethods.IsHead(method), HttpMethods.IsPost(method));
        var last = walk.Types.LastOrDefault("");
        var role = walk.Types.Exists(t => Has(OwnersOnly, t)) ? Role.Owner
            : isRead || (isPost && walk.IsOurs && Has(ReadingPosts, last)) ? Role.Reader
            : Role.Contributor;
        return new RequestScope(walk.Scope, ActionOf(method, walk, isRead, isPost), role, role == Role.Reader && isRead ? AnywhereIn(walk, last) : null);
    }

    private static string? AnywhereIn(Walk walk, string last)
    {
        if (walk.Scope == "/")
        {
            return "/";
        }

        var isWholeSubscription = walk.Scope.Count(c => c == '/') == 2 && (walk.Types.Count == 0 || Is(last, "subscriptions"));
        if (isWholeSubscription || (walk.HasOpenType && Has(FilteredLists, last)) || (walk.IsInSubscriptionOnly && walk.Types.Exists(t => Has(SubscriptionFacts, t))))
        {
            return walk.IsInSubscriptionOnly ? string.Join('/', walk.Scope.Split('/').Take(3)) : walk.Scope;
        }

        return null;
    }

    private static string ActionOf(string method, Walk walk, bool isRead, bool isPost)
    {
        var name = string.Join('/', [walk.Namespace, .. walk.Types]);
        return isRead ? $"{name}/read" : isPost ? $"{name}/action" : HttpMethods.IsDelete(method) ? $"{name}/delete" : $"{name}/write";
    }

    private static bool Is(string text, string word) => string.Equals(text, word, StringComparison.OrdinalIgnoreCase);

    private static bool Has(string[] words, string text) => Array.Exists(words, w => Is(w, text));

    // Pairs of type and name, with providers/{namespace} between them: /subscriptions/{s}/resourceGroups/{g}/providers/{ns}/{type}/{name}/…
    private sealed class Walk
    {
        public Walk(string[] segments)
        {
            var (at, scopeEnd, hasGroup) = (0, 0, false);
            while (at < segments.Length)
            {
                if (Is(segments[at], "providers") && at + 1 < segments.Length)
                {
                    // A second one names what the first is about: …/Microsoft.Features/providers/{ns}/features/{f}.
                    (Namespace, Types, HasOpenType, IsOurs) = (segments[at + 1], [], true, Is(segments[at + 1], "Imago"));
                    at += 2;
                    continue;
                }

                Types.Add(segments[at]);
                HasOpenType = at + 1 >= segments.Length;

                // Our own endpoints belong to what they stand below; they are nothing that roles are given on.
                if (!HasOpenType && !IsOurs)
                {
                    scopeEnd = at + 2;
                    hasGroup |= Is(segments[at], "resourceGroups");
                }

                at += 2;
            }

            Scope = "/" + string.Join('/', segments[..scopeEnd]);
            IsInSubscriptionOnly = scopeEnd >= 2 && Is(segments[0], "subscriptions") && !hasGroup;
        }

        public string Scope { get; }

        public string Namespace { get; } = "Microsoft.Resources";

        public List<string> Types { get; } = [];

        /// <summary>The path ends in a type without a name: a list, or an action.</summary>
        public bool HasOpenType { get; }

        /// <summary>One of Imago's own endpoints.</summary>
        public bool IsOurs { get; }

        /// <summary>In a subscription, but in none of its groups.</summary>
        public bool IsInSubscriptionOnly { get; }
    }
}

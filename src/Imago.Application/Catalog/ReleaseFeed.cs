using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;

namespace Imago.Application.Catalog;

/// <summary>Reads a release feed: <c>{"releases": [ … ]}</c>; see docs/concepts/releases.md.</summary>
internal static class ReleaseFeed
{
    /// <summary>The releases, and everything that is wrong; a feed with a problem counts for nothing.</summary>
    /// <param name="text">The text of the feed.</param>
    /// <param name="read">When it is read: what does not say when it was published counts from then on.</param>
    public static (IReadOnlyList<PublishedRelease> Releases, IReadOnlyList<string> Problems) Read(string text, Instant read)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        }
        catch (JsonException problem)
        {
            return ([], [$"It is not JSON: {problem.Message}"]);
        }

        if ((root as JsonObject)?["releases"] is not JsonArray listed)
        {
            return ([], ["'releases' is missing: a feed is an object with a list of releases."]);
        }

        var releases = new List<PublishedRelease>();
        var problems = new List<string>();
        for (var i = 0; i < listed.Count; i++)
        {
            if (listed[i] is not JsonObject json)
            {
                problems.Add($"releases[{i}]: a release is an object.");
            }
            else if (ReleaseText.Read(json, read) is ({ } release, _))
            {
                releases.Add(release);
            }
            else
            {
                problems.AddRange(ReleaseText.Read(json, read).Problems.Select(p => $"releases[{i}]{(p.Path.Length > 0 ? "." : "")}{p.Path}: {p.Message}"));
            }
        }

        return problems.Count == 0 ? (releases, problems) : ([], problems);
    }
}

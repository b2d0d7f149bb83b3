using Imago.Api.Pipeline;
using Imago.Application.Storage;

namespace Imago.Api.Writing;

/// <summary>The conditions of a request: <c>If-Match</c> and <c>If-None-Match</c> (EV-84, AZ-35).</summary>
internal static class Preconditions
{
    /// <summary>The ETag of a resource. It follows from the document's version only, so that progress the engine notes never makes a client's If-Match fail.</summary>
    public static string ETagOf(StoredResource resource) => $"{resource.CreatedAt.ToUnixTimeTicks():x}-{resource.Version:x}";

    /// <summary>Null if the conditions hold; EV-84: else 412.</summary>
    /// <param name="request">The request.</param>
    /// <param name="stored">What is stored; null: nothing.</param>
    public static ApiAnswer? RefusalOf(ApiRequest request, StoredResource? stored)
    {
        var headers = request.Http.Request.Headers;
        var wanted = headers.IfMatch.ToString();
        if (wanted.Length > 0 && (stored is null || !Names(wanted, ETagOf(stored))))
        {
            return Problems.PreconditionFailed(stored is null
                ? "If-Match asks for a resource that exists; it does not."
                : $"If-Match does not name the ETag of the resource, which is '\"{ETagOf(stored)}\"': it was changed since it was read. Read it again.");
        }

        var unwanted = headers.IfNoneMatch.ToString();
        return unwanted.Length > 0 && stored is not null && Names(unwanted, ETagOf(stored))
            ? Problems.PreconditionFailed("If-None-Match asks for a resource that does not exist, or has another ETag; it exists.")
            : null;
    }

    // A list of tags, quoted or not: az hands through what people type. Weak tags are compared like strong ones; ours never differ in bytes only.
    private static bool Names(string list, string etag) =>
        list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(t => t.StartsWith("W/", StringComparison.Ordinal) ? t[2..] : t)
            .Any(t => t is "*" || t.Trim('"').Equals(etag, StringComparison.Ordinal));
}

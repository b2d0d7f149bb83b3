using Imago.Api.Documents;
using Imago.Api.Pipeline;
using Imago.Application.Storage;

namespace Imago.Api.Writing;

/// <summary>The conditions of a request: <c>If-Match</c> and <c>If-None-Match</c> (EV-84, AZ-35).</summary>
internal static class Preconditions
{
    /// <summary>Null if the conditions hold; EV-84: else 412.</summary>
    /// <param name="request">The request.</param>
    /// <param name="stored">What is stored; null: nothing.</param>
    public static ApiAnswer? RefusalOf(ApiRequest request, StoredResource? stored)
    {
        var headers = request.Http.Request.Headers;
        var wanted = headers.IfMatch.ToString();
        if (wanted.Length > 0 && (stored is null || !ETags.Matches(wanted, stored)))
        {
            return Problems.PreconditionFailed(stored is null
                ? "If-Match asks for a resource that exists; it does not."
                : $"If-Match does not name the ETag of the resource, which is '{ETags.Of(stored)}': it was changed since it was read. Read it again.");
        }

        var unwanted = headers.IfNoneMatch.ToString();
        return unwanted.Length > 0 && stored is not null && ETags.Matches(unwanted, stored)
            ? Problems.PreconditionFailed("If-None-Match asks for a resource that does not exist, or has another ETag; it exists.")
            : null;
    }
}

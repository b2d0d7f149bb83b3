using Imago.Api.Activities;
using Imago.Api.Pipeline;
using Imago.Contracts.Errors;
using Microsoft.AspNetCore.Http;
using NodaTime;

namespace Imago.Api.Routing;

/// <summary>Takes a request to a route through what all routes have in common: names, api-version, body, answer, and a note of every write that was refused.</summary>
internal sealed class RouteInvoker(ApiOptions options, TimeProvider clock, ActivityJournal journal)
{
    // Longer than any name that is allowed.
    private const int LongestSegment = 260;

    public async Task InvokeAsync(HttpContext http, ApiRoute route)
    {
        var (version, refusal) = route.Versions.Read(http.Request);
        var request = new ApiRequest(http, route, version, Instant.FromDateTimeOffset(clock.GetUtcNow()), body: null, options.PublicAddress);
        refusal ??= RefusalOfNames(http);
        if (refusal is null)
        {
            (request, refusal) = await WithBodyAsync(request);
        }

        var answer = refusal ?? await route.Answer(request);
        if (answer.IsRefusal && route.Operation is not null)
        {
            await journal.NoteRefusalAsync(request, answer);
        }

        await AnswerWriter.WriteAsync(http, answer);
    }

    private async ValueTask<(ApiRequest Request, ApiAnswer? Refusal)> WithBodyAsync(ApiRequest request)
    {
        var incoming = request.Http.Request;
        if (request.Route.Body == BodyUse.None || (request.Route.Body == BodyUse.Optional && incoming.ContentLength is null or 0 && !incoming.Headers.ContainsKey("Transfer-Encoding")))
        {
            return (request, null);
        }

        var (body, refusal) = await RequestBody.ReadAsync(incoming, options, request.Cancellation);
        return (refusal is null ? new ApiRequest(request.Http, request.Route, request.ApiVersion, request.Now, body, options.PublicAddress) : request, refusal);
    }

    private static ApiAnswer? RefusalOfNames(HttpContext http)
    {
        foreach (var (name, value) in http.Request.RouteValues)
        {
            if (value is string text && (text.Length > LongestSegment || text.Any(c => char.IsControl(c) || char.IsSurrogate(c))))
            {
                return Problems.Of(
                    400, ErrorCodes.InvalidResourceName, $"The {name} in the path has characters that no name has, or more than {LongestSegment} of them.", name);
            }
        }

        return null;
    }
}

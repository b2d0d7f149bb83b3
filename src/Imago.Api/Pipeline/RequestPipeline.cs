using Imago.Application.Ports;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Imago.Api.Pipeline;

/// <summary>
/// Around everything else: every answer carries the ids of its request, and whatever goes wrong is told in the resource manager's shape (EV-82), without
/// anything about our insides.
/// </summary>
internal sealed partial class RequestPipeline(RequestDelegate next, ILogger<RequestPipeline> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var ids = RequestIds.Of(http);
        ids.WriteTo(http.Response.Headers);
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            http.Response.Clear();
            ids.WriteTo(http.Response.Headers);
            await AnswerWriter.WriteAsync(http, AnswerTo(error, ids));
        }
    }

    private ApiAnswer AnswerTo(Exception error, RequestIds ids)
    {
        switch (error)
        {
            case StoreUnavailableException:
                LogUnavailable(logger, ids.Correlation, error);
                return Problems.Unavailable();
            case ConnectionException:
                // An attached cluster that does not answer; what it says of that is for its owner.
                return Problems.Of(503, StoredOutage.Reason, $"The cluster cannot be reached right now: {error.Message}").With("Retry-After", "5");
            case BadHttpRequestException bad:
                return Problems.Of(bad.StatusCode, bad.StatusCode == 413 ? ErrorCodes.RequestEntityTooLarge : ErrorCodes.InvalidRequestContent, "The request cannot be read: " + bad.Message);
            default:
                LogUnhandled(logger, ids.Correlation, error);
                return Problems.Of(500, ErrorCodes.InternalServerError, $"The server failed to answer this request. Its operator finds the cause in the log under correlation id '{ids.Correlation}'.");
        }
    }
}

/// <summary>Puts <see cref="RequestPipeline"/> in front of whatever else the host has, so that a refusal by any of it carries the ids, too.</summary>
internal sealed class RequestPipelineFilter : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseMiddleware<RequestPipeline>();
        next(app);
    };
}

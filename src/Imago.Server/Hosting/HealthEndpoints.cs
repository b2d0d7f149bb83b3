using Imago.Api.OpenApi;
using Imago.Application.Catalog;
using Imago.Server.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Imago.Server.Hosting;

/// <summary>What watches over the server asks: does it live, may it be sent work, what does it measure.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => Results.Text("Healthy\n")).WithMetadata(Probe("Health_Live", "200 while the process lives."));
        routes.MapGet("/readyz", async (Readiness readiness, ReleaseSourceMetrics sources, CancellationToken cancellation) =>
        {
            var problems = await readiness.ProblemsAsync(cancellation);
            return problems.Count == 0
                // A mirror that is down is worth knowing, and no reason to send clients elsewhere: other replicas see the same one.
                ? Results.Text($"Ready\n{string.Concat(sources.Problems.Select(p => $"Note: {p}\n"))}")
                : Results.Text(string.Join('\n', problems) + "\n", statusCode: StatusCodes.Status503ServiceUnavailable);
        }).WithMetadata(Probe("Health_Ready", "200 when the store answers and the engine works; else 503 and what is missing."));
        routes.MapGet("/metrics", (PrometheusMetrics metrics) => Results.Text(metrics.Scrape(), PrometheusText.ContentType))
            .WithMetadata(new EndpointDescription("Metrics_Scrape", "Metrics in Prometheus' text format.") { Answers = "text/plain" });
    }

    private static EndpointDescription Probe(string name, string summary) => new(name, summary) { Answers = "text/plain", Anonymous = true };
}

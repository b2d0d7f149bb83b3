using Imago.Domain.Images;
using NodaTime;

namespace Imago.Application.Engine;

/// <summary>What is asked of a forecast.</summary>
/// <param name="Horizon">How far to look; null: as far as the forecast does by itself.</param>
/// <param name="Image">An image, or a version of the pools' own families, to be forecast as if it were released; null: what the channel would take.</param>
/// <param name="PatchLevel">Likewise a security patch level.</param>
public sealed record ForecastQuestion(Duration? Horizon, string? Image, PatchLevel? PatchLevel);

/// <summary>A forecast, or why there is none; exactly one of them is given.</summary>
/// <param name="Json">The JSON that <c>imago forecast --output json</c> prints.</param>
/// <param name="Refusal">A sentence about what is wrong with the question.</param>
public sealed record ForecastAnswer(string? Json, string? Refusal);

/// <summary>Forecasts when the nodes of a cluster will be upgraded: the planner itself, in virtual time.</summary>
public interface IForecasts
{
    /// <summary>The forecast; null if the cluster has no nodes yet or is not known.</summary>
    ValueTask<ForecastAnswer?> ForecastAsync(string clusterKey, ForecastQuestion question, CancellationToken cancellation);
}

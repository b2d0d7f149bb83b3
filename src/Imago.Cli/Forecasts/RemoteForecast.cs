using System.Text.Json.Nodes;
using Imago.Cli.Remote;
using NodaTime;

namespace Imago.Cli.Forecasts;

/// <summary>A forecast that the server makes of one of its clusters.</summary>
internal static class RemoteForecast
{
    public static async Task RunAsync(Session session, string cluster, Duration horizon, string? target)
    {
        var path = session.ClusterPath(cluster);
        var document = (await session.Client.GetAsync(path.With(ApiVersions.ContainerService), session.Cancellation)).Body;
        var body = new JsonObject { ["horizonDays"] = (int)Math.Ceiling(Math.Min(horizon.TotalDays, 10_000)) };
        if (target is not null)
        {
            // Names of images begin with the word that says whose they are; patch levels are dates.
            body[char.IsAsciiLetter(target[0]) ? "image" : "patchLevel"] = target;
        }

        var answer = (await session.Client.SendAsync(HttpMethod.Post, $"{Paths.Extension(path)}/forecast".With(ApiVersions.Imago), body, session.Cancellation)).Body
            ?? throw new ArmException($"The server has no forecast of cluster '{cluster}'.");
        await session.AnswerAsync(answer, whole => ForecastTables.Write(
            session.Terminal,
            new ForecastSubject(
                cluster,
                document.Text("properties.autoUpgradeProfile.nodeOSUpgradeChannel") ?? "unknown",
                Instant.FromDateTimeOffset(session.Terminal.Clock.GetUtcNow()),
                horizon,
                [.. document.Objects("properties.agentPoolProfiles").Select(p => p.Text("name")).OfType<string>()],
                FoundBy: null),
            ForecastReader.Read(whole)));
    }
}

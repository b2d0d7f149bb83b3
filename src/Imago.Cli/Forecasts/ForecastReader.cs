using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Imago.Cli.Remote;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Explanations;
using Imago.Simulation.Forecasts;
using NodaTime;

namespace Imago.Cli.Forecasts;

/// <summary>Reads back what <see cref="ForecastText"/> writes.</summary>
internal static class ForecastReader
{
    public static Forecast Read(JsonNode forecast) => new(
        Summary(forecast["summary"]),
        [.. forecast.Objects("windows").Select(w => new ForecastWindow(At(w, "start"), At(w, "end"), w.Number("nodesUpgraded") ?? 0))],
        [.. forecast.Objects("nodes").Select(Node)],
        [.. forecast.Objects("budgets").Select(b => new ForecastBudget(new ObjectKey(b.Text("namespace") ?? "", b.Text("name") ?? ""), Real(b, "blockedSeconds"), [.. b.Texts("nodes")]))],
        [.. forecast.Texts("assumptions")]);

    private static ForecastSummary Summary(JsonNode? summary) => new()
    {
        Nodes = summary.Number("nodes") ?? 0,
        Upgraded = summary.Number("upgraded") ?? 0,
        Current = summary.Number("current") ?? 0,
        Pending = summary.Number("pending") ?? 0,
        Blocked = summary.Number("blocked") ?? 0,
        Failed = summary.Number("failed") ?? 0,
        NotSupported = summary.Number("notSupported") ?? 0,
        FinishedAt = summary.Moment("finishedAt"),
        Evictions = summary.Number("evictions") ?? 0,
        EvictionsPerPod = Real(summary, "evictionsPerPod"),
        PeakNodes = summary.Number("peakNodes") ?? 0,
        MaxUnavailableSeen = summary.Number("maxUnavailableSeen") ?? 0,
        MakespanSeconds = Real(summary, "makespanSeconds"),
        LowerBoundSeconds = Real(summary, "lowerBoundSeconds"),
        WindowsUsed = summary.Number("windowsUsed") ?? 0,
    };

    private static ForecastNode Node(JsonObject node) => new(
        node.Text("name") ?? "",
        node.Text("pool") ?? "",
        node.Text("zone"),
        node.Text("from") ?? "",
        node.Text("to"),
        Enum.TryParse<NodeStatus>(node.Text("status"), out var status) ? status : NodeStatus.Pending,
        node.Moment("startedAt"),
        node.Moment("finishedAt"),
        node.Moment("window"),
        node.Number("evictions") ?? 0,
        Reasons(node));

    // A newer server may give reasons for which this version has no word; --output json has them.
    private static ImmutableArray<Reason> Reasons(JsonObject node) =>
    [
        .. node.Objects("reasons").Where(r => Enum.TryParse<ReasonCode>(r.Text("code"), out _))
            .Select(r => new Reason(Enum.Parse<ReasonCode>(r.Text("code")!), r.Text("message") ?? "", r.Moment("until"), r.Text("event"))),
    ];

    private static Instant At(JsonNode node, string name) => node.Moment(name) ?? throw new ArmException($"The server's forecast has no instant '{name}' where one is promised.");

    private static double Real(JsonNode? node, string name) =>
        node.Text(name) is { } text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real : 0;
}

using System.CommandLine;
using System.Text.Json.Nodes;
using Imago.Cli.Help;
using Imago.Cli.Options;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;
using NodaTime;
using NodaTime.Text;

namespace Imago.Cli.Activities;

/// <summary><c>imago activity</c>: who changed what, and what Imago did by itself (EV-59).</summary>
internal static class ActivityCommands
{
    private static readonly Duration ByDefault = Duration.FromHours(6);

    public static Command Create(Terminal terminal) => new Command("activity", "Activity log: every change with its caller, and every upgrade that Imago began by itself.")
    {
        List(terminal),
    }.WithExamples("imago activity list -g rg-shop", "imago activity list --cluster shop -g rg-shop --since 7d");

    private static RemoteCommand List(Terminal terminal)
    {
        var cluster = RemoteOptions.Text("--cluster", "Only this cluster, its pools and its maintenance configurations.", "NAME");
        var since = DurationOption.Create("--since", "How far to look back [default: 6h].");
        var from = InstantOption.Create("--from", "Entries from this instant on.");
        var to = InstantOption.Create("--to", "Entries up to this instant [default: now].");
        return new RemoteCommand(terminal, "list", "List entries of the activity log, newest first.").Takes(cluster, since, from, to)
            .Does(async (session, parsed) =>
            {
                if (parsed.GetValue(since) is not null && parsed.GetValue(from) is not null)
                {
                    throw new UsageException("--since, --from: only one of them can say where to begin.");
                }

                // The server's clock may be a little ahead of ours; what happened just now is not to be missed.
                var end = parsed.GetValue(to) ?? Instant.FromDateTimeOffset(terminal.Clock.GetUtcNow()) + Duration.FromMinutes(5);
                var begin = parsed.GetValue(from) ?? end - (parsed.GetValue(since) ?? ByDefault);
                var filter = $"eventTimestamp ge {InstantPattern.ExtendedIso.Format(begin)} and eventTimestamp le {InstantPattern.ExtendedIso.Format(end)}";
                if (parsed.GetValue(cluster) is { } name)
                {
                    filter += $" and resourceId eq '{Paths.Cluster(session.Subscription, session.Group, name)}'";
                }
                else if (session.GroupOrAll is { } group)
                {
                    filter += $" and resourceGroupName eq '{group.Replace("'", "''", StringComparison.Ordinal)}'";
                }

                var path = $"{Paths.Subscription(session.Subscription)}/providers/Microsoft.Insights/eventtypes/management/values".With(ApiVersions.ActivityLog);
                await session.ListAsync($"{path}&$filter={Uri.EscapeDataString(filter)}", "Nothing happened in that time. Look further back with --since 7d.", Table);
            })
            .WithExamples("imago activity list -g rg-shop --since 2d", "imago activity list --cluster shop -g rg-shop --from 2026-08-08T22:00:00Z --output json");
    }

    private static TextTable Table(IReadOnlyList<JsonObject> entries)
    {
        var table = new TextTable(new("at (UTC)"), new("what"), new("on"), new("status"), new("caller"), new("message"));
        foreach (var entry in entries.OrderByDescending(e => e.Moment("eventTimestamp")))
        {
            table.Add(
                entry.Moment("eventTimestamp") is { } at ? TimeText.ToSecond(at) : "", What(entry), entry.Text("resourceId")?.Split('/')[^1] ?? "", entry.Text("status.value") ?? entry.Text("status") ?? "",
                entry.Text("caller") ?? "", Message(entry));
        }

        return table;
    }

    // "Microsoft.ContainerService/managedClusters/write" says the same on every line before its second slash.
    private static string What(JsonNode entry)
    {
        var operation = entry.Text("operationName.value") ?? entry.Text("operationName") ?? "";
        return operation[(operation.IndexOf('/', StringComparison.Ordinal) + 1)..];
    }

    // EV-58: on failure the message may be JSON text in JSON.
    private static string Message(JsonNode entry)
    {
        var message = entry.At("properties.message") switch
        {
            JsonObject whole => ArmError.Read(whole)?.Text() ?? whole.ToJsonString(),
            JsonValue text => JsonNodes.TextOf(text),
            _ => entry.Text("properties.trigger") ?? "",
        };
        return ArmError.Read(ArmClient.Parsed(message))?.Text() ?? message;
    }
}

using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Application.Documents;
using Imago.Cli.Help;
using Imago.Cli.Inputs;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Maintenance;

/// <summary><c>imago maintenance set</c>: adds a configuration or replaces it.</summary>
internal static class MaintenanceSet
{
    public static Command Create(Terminal terminal)
    {
        var (name, cluster) = (MaintenanceName.Argument(), RemoteOptions.Cluster());
        var options = new ScheduleOptions();
        var file = RemoteOptions.Text("--file", "Take it from this file in ARM JSON instead: the resource, its 'properties', or its 'maintenanceWindow'. '-' reads standard input.", "FILE");
        return new RemoteCommand(terminal, "set", "Set a maintenance configuration: when nodes may be upgraded.").Takes([name, cluster, .. options.All, file])
            .Does(async (session, parsed) =>
            {
                var given = parsed.GetValue(file);
                if (given is not null && options.AreGiven(parsed))
                {
                    throw new UsageException("--file: the schedule comes either from a file or from options, not from both.");
                }

                var document = given is null ? options.Document(parsed) : await DocumentOfAsync(given, terminal, session.Cancellation);
                var path = MaintenanceReading.PathOf(session, parsed.GetValue(cluster)!, parsed.GetValue(name)!);
                var answer = await session.Client.SendAsync(HttpMethod.Put, path, document, session.Cancellation);
                await session.AnswerAsync(answer.Body, set => MaintenanceReading.Write(terminal, set));
            })
            .WithExamples(
                "imago maintenance set --cluster shop -g rg-shop --schedule Weekly --day-of-week Saturday --start-time 22:00 --duration 6 --utc-offset +02:00",
                "# the last Tuesday of every third month, not around New Year",
                "imago maintenance set --cluster shop -g rg-shop --schedule RelativeMonthly --interval-months 3 --week-index Last --day-of-week Tuesday --start-time 00:00 --duration 8 --not-allowed-dates 2026-12-20..2027-01-03",
                "# the older form with hours of the week, from a file",
                "imago maintenance set default --cluster shop -g rg-shop --file default.json");
    }

    private static async Task<JsonObject> DocumentOfAsync(string file, Terminal terminal, CancellationToken cancellation)
    {
        var bytes = await InputFile.BytesAsync(file, MaintenanceDocument.LargestBytes, terminal, cancellation);
        try
        {
            return JsonNodes.Parse(Encoding.UTF8.GetString(bytes.Span)) switch
            {
                JsonObject whole when whole["properties"] is JsonObject properties => new JsonObject { ["properties"] = properties.DeepClone() },
                JsonObject window when window["schedule"] is not null => new JsonObject { ["properties"] = new JsonObject { ["maintenanceWindow"] = window.DeepClone() } },
                JsonObject properties when properties["maintenanceWindow"] is not null || properties["timeInWeek"] is not null => new JsonObject { ["properties"] = properties.DeepClone() },
                _ => throw new InputException($"File '{file}' holds no maintenance configuration: it has none of 'properties', 'maintenanceWindow', 'schedule'."),
            };
        }
        catch (JsonException problem)
        {
            throw new InputException($"File '{file}' is not JSON: {problem.Message}", problem);
        }
    }
}

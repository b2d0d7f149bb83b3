using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Imago.Application.Documents;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;
using Imago.Cli.Windows;
using Imago.Domain.Maintenance;
using NodaTime;

namespace Imago.Cli.Maintenance;

/// <summary><c>imago maintenance list</c>, <c>show</c> and <c>delete</c>.</summary>
internal static class MaintenanceReading
{
    private const int WindowsShown = 5;

    public static Command List(Terminal terminal)
    {
        var cluster = RemoteOptions.Cluster();
        return new RemoteCommand(terminal, "list", "List the maintenance configurations of a cluster.").Takes(cluster)
            .Does(async (session, parsed) => await session.ListAsync(
                $"{session.ClusterPath(parsed.GetValue(cluster)!)}/maintenanceConfigurations".With(ApiVersions.ContainerService),
                "The cluster has no maintenance configuration: work may start at any time. Set one: imago maintenance set.",
                configurations =>
                {
                    var table = new TextTable(new("configuration"), new("next window (UTC)"), new("when"));
                    foreach (var configuration in configurations)
                    {
                        var (value, now) = (Read(configuration, terminal), Now(terminal));
                        table.Add(
                            configuration.Text("name") ?? "",
                            value is not null && value.Times.EndingAfter(now).Take(1).ToList() is [var next] ? $"{TimeText.ToMinute(next.Start)}{(next.Contains(now) ? ", open" : "")}" : "-",
                            value is null ? "not understood by this version" : ScheduleText.Of(value.Times));
                    }

                    return table;
                }))
            .WithExamples("imago maintenance list --cluster shop -g rg-shop");
    }

    public static Command Show(Terminal terminal)
    {
        var (name, cluster) = (MaintenanceName.Argument(), RemoteOptions.Cluster());
        return new RemoteCommand(terminal, "show", "Show a maintenance configuration with its next windows.").Takes(name, cluster)
            .Does(async (session, parsed) => await session.AnswerAsync(
                (await session.Client.GetAsync(PathOf(session, parsed.GetValue(cluster)!, parsed.GetValue(name)!), session.Cancellation)).Body, document => Write(terminal, document)))
            .WithExamples("imago maintenance show --cluster shop -g rg-shop", "imago maintenance show default --cluster shop -g rg-shop --output json");
    }

    public static Command Delete(Terminal terminal)
    {
        var (name, cluster) = (MaintenanceName.Argument(), RemoteOptions.Cluster());
        var yes = RemoteOptions.Yes();
        return new RemoteCommand(terminal, "delete", "Delete a maintenance configuration; work may start at any time then.").Takes(name, cluster, yes)
            .Does(async (session, parsed) =>
            {
                await Confirmation.AskAsync(terminal, $"Delete '{parsed.GetValue(name)}' of cluster '{parsed.GetValue(cluster)}'? Work may start at any time then.", parsed.GetValue(yes), session.Cancellation);
                await session.Client.SendAsync(HttpMethod.Delete, PathOf(session, parsed.GetValue(cluster)!, parsed.GetValue(name)!), null, session.Cancellation);
                await session.SayAsync($"'{parsed.GetValue(name)}' is deleted.");
            })
            .WithExamples("imago maintenance delete --cluster shop -g rg-shop --yes");
    }

    public static string PathOf(Session session, string cluster, string name) => Paths.Maintenance(session.ClusterPath(cluster), name).With(ApiVersions.ContainerService);

    /// <summary>A configuration for people: its schedule in words, and its next windows.</summary>
    public static void Write(Terminal terminal, JsonNode document)
    {
        if (Read(document, terminal) is not { } configuration)
        {
            terminal.WriteProse($"'{document.Text("name")}' is not understood by this version; --output json shows it.");
            return;
        }

        var now = Now(terminal);
        WindowsTable.Write(terminal, new WindowsAnswer(ResourceName.In(document.Text("id"), "managedClusters") ?? "", configuration, [.. configuration.Times.EndingAfter(now).Take(WindowsShown)], []), now);
    }

    private static MaintenanceConfiguration? Read(JsonNode document, Terminal terminal) =>
        MaintenanceDocument.Read(Encoding.UTF8.GetBytes(document.ToJsonString()), Now(terminal), isStored: true).Value;

    private static Instant Now(Terminal terminal) => Instant.FromDateTimeOffset(terminal.Clock.GetUtcNow());
}

using System.CommandLine;
using System.Text.Json.Nodes;
using Imago.Cli.Help;
using Imago.Cli.Options;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Attachments;

/// <summary><c>imago cluster attach</c>: looks at a cluster, shows what it saw, and stores how to reach it once the user agrees.</summary>
internal static class ClusterAttach
{
    public static Command Create(Terminal terminal)
    {
        var name = RemoteOptions.Name("cluster as Imago is to call it");
        var options = new AttachmentOptions();
        var location = RemoteOptions.Text("--location", "Region, as releases reach it [default: none; releases count from their publication].");
        var dryRun = new Option<bool>("--dry-run") { Description = "Look and report; store nothing." };
        var yes = RemoteOptions.Yes();
        return new RemoteCommand(terminal, "attach", "Attach a cluster that Imago did not make. Nothing in it is touched until it has a channel.").Takes([name, .. options.All, location, dryRun, yes])
            .Does(async (session, parsed) =>
            {
                var cluster = parsed.GetValue(name)!;
                var body = await options.BodyAsync(terminal, parsed, session.Cancellation);
                var seen = (await session.Client.SendAsync(HttpMethod.Post, Paths.Inspection(session.Subscription, session.Group).With(ApiVersions.Imago), body, session.Cancellation)).Body ?? new JsonObject();
                var isTable = session.Output == OutputFormat.Table;
                var storesNothing = parsed.GetValue(dryRun) || (!parsed.GetValue(yes) && !terminal.IsInteractive);
                if (isTable || storesNothing)
                {
                    await session.AnswerAsync(seen, inspection => InspectionReport.Write(terminal, inspection));
                }

                if (parsed.GetValue(dryRun))
                {
                    await session.SayAsync($"Nothing was stored. Without --dry-run, cluster '{cluster}' would be attached in group '{session.Group}'.");
                    return;
                }

                await Confirmation.AskAsync(terminal, $"Attach it as cluster '{cluster}' in group '{session.Group}'?", parsed.GetValue(yes), session.Cancellation);
                if (parsed.GetValue(location) is { } region)
                {
                    body["location"] = region;
                }

                var path = Paths.Attachment(session.ClusterPath(cluster)).With(ApiVersions.Imago);
                var answer = await session.Client.SendAsync(HttpMethod.Put, path, body, session.Cancellation);
                var attached = await new LongOperation(session, $"Attaching cluster '{cluster}'", $"imago cluster show {cluster} -g {session.Group}").EndAsync(answer, path, noWait: false);
                await session.AnswerAsync(attached, _ => terminal.WriteProse(
                    $"Cluster '{cluster}' is attached. Nothing in it is touched until it has a channel: imago cluster update {cluster} -g {session.Group} --channel NodeImage"));
            })
            .WithExamples(
                "# look first: what is it, and can Imago work on it?",
                "imago cluster attach shop -g rg-shop --kubeconfig imago.kubeconfig --dry-run",
                "imago cluster attach shop -g rg-shop --kubeconfig imago.kubeconfig",
                "imago cluster attach shop -g rg-shop --kubeconfig imago.kubeconfig --pool web=pool=web --pool 'rest=kubernetes.io/os=linux,pool!=web'",
                "imago cluster attach shop -g rg-shop --kubeconfig imago.kubeconfig --provider external --provider-endpoint https://nodes.example --provider-token-file token",
                "# or the agents on its nodes, which patch them in place",
                "imago cluster attach shop -g rg-shop --kubeconfig imago.kubeconfig --provider in-place");
    }
}

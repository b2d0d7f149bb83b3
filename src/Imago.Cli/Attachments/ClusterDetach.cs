using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Attachments;

/// <summary><c>imago cluster detach</c>.</summary>
internal static class ClusterDetach
{
    public static Command Create(Terminal terminal)
    {
        var name = RemoteOptions.Name("attached cluster");
        var force = new Option<bool>("--force") { Description = "Also if the cluster cannot be reached: what is ours then stays in it." };
        var (yes, noWait) = (RemoteOptions.Yes(), RemoteOptions.NoWait());
        return new RemoteCommand(terminal, "detach", "Forget an attached cluster: end what is under way, remove Imago's marks, taints, records and lease from it. Its nodes stay as they are.")
            .Takes(name, force, yes, noWait)
            .Does(async (session, parsed) =>
            {
                var cluster = parsed.GetValue(name)!;
                var forced = parsed.GetValue(force);
                await Confirmation.AskAsync(
                    terminal,
                    forced ? $"Detach cluster '{cluster}' of group '{session.Group}' even if Imago's marks stay in it?" : $"Detach cluster '{cluster}' of group '{session.Group}'? Its nodes stay as they are.",
                    parsed.GetValue(yes),
                    session.Cancellation);
                var path = Paths.Attachment(session.ClusterPath(cluster)).With(ApiVersions.Imago);
                var answer = await session.Client.SendAsync(HttpMethod.Delete, forced ? $"{path}&force=true" : path, null, session.Cancellation);
                if (answer.Body.Text("warning") is { } warning)
                {
                    await terminal.Error.WriteLineAsync($"imago: {warning}");
                }

                if (answer.Status == 204)
                {
                    await session.SayAsync($"There is no cluster '{cluster}' in group '{session.Group}'.");
                    return;
                }

                await new LongOperation(session, $"Detaching cluster '{cluster}'", $"imago cluster show {cluster} -g {session.Group}").EndAsync(answer, null, parsed.GetValue(noWait));
                if (!parsed.GetValue(noWait))
                {
                    await session.SayAsync($"Cluster '{cluster}' is detached.{(forced ? "" : " Nothing of Imago is left in it.")}");
                }
            })
            .WithExamples("imago cluster detach shop -g rg-shop", "# one that is gone for good", "imago cluster detach shop -g rg-shop --force --yes");
    }
}

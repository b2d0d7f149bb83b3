using System.CommandLine;
using Imago.Cli.Attachments;
using Imago.Cli.Help;
using Imago.Cli.Options;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Clusters;

/// <summary><c>imago cluster show</c>.</summary>
internal static class ClusterShow
{
    public static Command Create(Terminal terminal)
    {
        var name = RemoteOptions.Name("cluster");
        return new RemoteCommand(terminal, "show", "Show a cluster with its pools.").Takes(name)
            .Does(async (session, parsed) =>
            {
                var path = session.ClusterPath(parsed.GetValue(name)!);
                var found = await session.Client.GetAsync(path.With(ApiVersions.ContainerService), session.Cancellation);
                var attachment = session.Output == OutputFormat.Table ? await session.Client.FindAsync(Paths.Attachment(path).With(ApiVersions.Imago), session.Cancellation) : null;
                await session.AnswerAsync(found.Body, cluster =>
                {
                    ClusterFacts.Write(terminal, cluster);
                    if (attachment?.Body is { } reached)
                    {
                        terminal.Out.WriteLine();
                        AttachmentFacts.Write(terminal, reached);
                    }
                });
            })
            .WithExamples("imago cluster show shop -g rg-shop", "imago cluster show shop -g rg-shop --output json");
    }
}

using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Attachments;

/// <summary><c>imago cluster check</c>: whether Imago can work on a cluster, attached or not yet.</summary>
internal static class ClusterCheck
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string?>("NAME") { Description = "Name of an attached cluster; without it, the cluster of --kubeconfig is checked.", Arity = ArgumentArity.ZeroOrOne };
        var options = new AttachmentOptions();
        return new RemoteCommand(terminal, "check", "Check whether Imago can work on a cluster: permissions, versions, clock, provider, budgets, other updaters. Exit code 1 if it cannot.")
            .Takes([name, .. options.All])
            .Ends(async (session, parsed) =>
            {
                var cluster = parsed.GetValue(name);
                if (cluster is not null && options.All.Any(o => parsed.GetResult(o) is { Implicit: false }))
                {
                    throw new UsageException("NAME checks the cluster as it is attached. Leave the name out to check another kubeconfig, or the options out to check the attached cluster.");
                }

                var (path, body) = cluster is null
                    ? (Paths.Inspection(session.Subscription, session.Group), await options.BodyAsync(terminal, parsed, session.Cancellation))
                    : ($"{Paths.Extension(session.ClusterPath(cluster))}/check", null);
                var answer = await session.Client.SendAsync(HttpMethod.Post, path.With(ApiVersions.Imago), body, session.Cancellation);
                await session.AnswerAsync(answer.Body, inspection => InspectionReport.Write(terminal, inspection));
                return InspectionReport.Problems(answer.Body) > 0 ? ExitCode.Failed : ExitCode.Ok;
            })
            .WithExamples("imago cluster check shop -g rg-shop", "# one that is not attached yet", "imago cluster check -g rg-shop --kubeconfig imago.kubeconfig");
    }
}

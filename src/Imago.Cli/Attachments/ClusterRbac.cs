using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Terminals;
using Imago.Kubernetes.Inspections;

namespace Imago.Cli.Attachments;

/// <summary><c>imago cluster rbac</c>: the account that Imago needs in a cluster. It asks no server.</summary>
internal static class ClusterRbac
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("rbac", "Print the manifest of the account with which Imago may look after a cluster, and of its rights.");
        command.SetInterruptibleAction((_, _) =>
        {
            terminal.Out.Write(RbacManifest.Render());
            return Task.FromResult(ExitCode.Ok);
        });
        return command.WithExamples("# to be piped into: kubectl apply -f -", "imago cluster rbac");
    }
}

using System.CommandLine;
using System.Text.RegularExpressions;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;
using Imago.Kubernetes.Inspections;

namespace Imago.Cli.Attachments;

/// <summary><c>imago cluster rbac</c>: the account that Imago needs in a cluster. It asks no server.</summary>
internal static partial class ClusterRbac
{
    private const string Usual = "imago-system";

    public static Command Create(Terminal terminal)
    {
        var space = RemoteOptions.Text("--namespace", $"Namespace of the account, Imago's records and its lease [default: {Usual}].", "NAME");
        var command = new Command("rbac", "Print the manifest of the account with which Imago may look after a cluster, and of its rights.") { space };
        command.SetInterruptibleAction((parsed, _) =>
        {
            var name = parsed.GetValue(space) ?? Usual;
            if (!Namespace().IsMatch(name))
            {
                throw new UsageException($"--namespace: '{name}' cannot be one. A namespace is lower-case letters, digits and hyphens, at most 63, beginning and ending with a letter or digit.");
            }

            terminal.Out.Write(RbacManifest.Render(name));
            return Task.FromResult(ExitCode.Ok);
        });
        return command.WithExamples("# to be piped into: kubectl apply -f -", "imago cluster rbac", "imago cluster rbac --namespace node-upgrades");
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Namespace();
}

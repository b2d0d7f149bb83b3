using System.CommandLine;
using Imago.Agent.Commands;
using Imago.Cli.Help;
using Imago.Cli.Terminals;

namespace Imago.Cli.Agents;

/// <summary><c>imago agent</c>: the commands of the node agent, with the examples that every command of this program has.</summary>
internal static class AgentGroup
{
    private static readonly Dictionary<string, string[]> Shown = new(StringComparer.Ordinal)
    {
        ["run"] =
        [
            "# Is everything there that the service needs? All that is missing is told at once.",
            "imago agent run --check",
            "# As the service of a node, with the identity of its kubelet.",
            "imago agent run --kubeconfig /etc/kubernetes/kubelet.conf",
        ],
        ["plan"] =
        [
            "# What would the security fixes of that moment change, and would a reboot follow?",
            "imago agent plan --level 20261120T000000Z",
            "imago agent plan --level 20261120T000000Z --content everything --output json",
        ],
        ["apply"] =
        [
            "# Refused, with nothing changed, if a reboot would have to follow.",
            "imago agent apply --level 20261120T000000Z",
            "imago agent apply --level 20261120T000000Z --allow-reboot",
        ],
        ["status"] = ["imago agent status", "imago agent status --output json"],
    };

    public static Command Create(Terminal terminal)
    {
        var group = AgentCommands.Create(new AgentConsole(terminal.Out, terminal.Error, terminal.Clock, terminal.Environment));
        foreach (var command in group.Subcommands)
        {
            command.WithExamples(Shown[command.Name]);
        }

        return group.WithExamples("# By hand, on any Debian machine and without a cluster.", "imago agent plan --level 20261120T000000Z", "imago agent status");
    }
}

using System.CommandLine;
using Imago.Application.NodeOs;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;

namespace Imago.Agent.Commands;

/// <summary>For whom an answer is written.</summary>
internal enum AgentOutput
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>For programs.</summary>
    Json,
}

/// <summary>Options that commands of the agent share.</summary>
internal sealed class AgentOptions
{
    private readonly Option<AgentOutput> _output = CreateOutput();

    public Option<string?> Settings { get; } = new("--settings") { Description = "Settings file [default: /etc/imago/agent.json, if it is there].", HelpName = "file" };

    public Option<string?> Kubeconfig { get; } = new("--kubeconfig")
    {
        Description = "Address of the cluster and identity of the node [default: that of the kubelet, or of the pod].", HelpName = "file",
    };

    public Option<string?> NodeName { get; } = new("--node-name") { Description = "Name of the node [default: the machine's name in lower case].", HelpName = "name" };

    public Option<string?> State { get; } = new("--state") { Description = "Folder of the agent's state on the machine [default: /var/lib/imago-agent].", HelpName = "folder" };

    public Option<PatchLevel> Level { get; } = new("--level")
    {
        Description = "The level: a moment such as 20261120T000000Z.",
        HelpName = "level",
        Required = true,
        CustomParser = result =>
        {
            if (!PatchLevel.TryParse(result.Tokens[0].Value, out var level))
            {
                result.AddError($"--level: '{result.Tokens[0].Value}' is no level. Write a moment in UTC such as 20261120T000000Z.");
            }

            return level;
        },
    };

    public Option<OrderContent> Content { get; } = new("--content")
    {
        Description = "Security fixes only, or all updates of the moment [default: security].",
        HelpName = "security|everything",
        CustomParser = result =>
        {
            var content = NodeOsWords.Content(result.Tokens[0].Value);
            if (content is null or OrderContent.Reboot)
            {
                result.AddError($"--content: '{result.Tokens[0].Value}' is not known. Write 'security' or 'everything'.");
            }

            return content ?? OrderContent.Security;
        },
    };

    /// <summary>Adds those that every command has.</summary>
    public void AddTo(Command command)
    {
        command.Add(Settings);
        command.Add(Kubeconfig);
        command.Add(NodeName);
        command.Add(State);
        command.Add(_output);
    }

    /// <summary>Whether the answer is for programs.</summary>
    public bool WantsJson(ParseResult parsed) => parsed.GetValue(_output) == AgentOutput.Json;

    // `--output table|json`, as every other command of the product takes it.
    private static Option<AgentOutput> CreateOutput()
    {
        var option = new Option<AgentOutput>("--output", "-o")
        {
            Description = "For whom the answer is written: people or programs [default: table].",
            HelpName = "table|json",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (!string.Equals(text, "json", StringComparison.OrdinalIgnoreCase) && !string.Equals(text, "table", StringComparison.OrdinalIgnoreCase))
                {
                    result.AddError($"--output: '{text}' is not known. Write 'table' or 'json'.");
                }

                return string.Equals(text, "json", StringComparison.OrdinalIgnoreCase) ? AgentOutput.Json : AgentOutput.Table;
            },
        };
        option.CompletionSources.Add("table", "json");
        return option;
    }
}

using Imago.Cli.Terminals;

namespace Imago.Cli.Serving;

/// <summary>The demo where nobody watches: a line for every change.</summary>
internal sealed class ServerDemoLines(Terminal terminal)
{
    private readonly Dictionary<string, string> _told = new(StringComparer.Ordinal);

    public void Tell(DemoState state)
    {
        foreach (var rollout in state.Rollouts)
        {
            Tell(state, $"rollout {rollout.Pool}", $"Pool {rollout.Pool}: {rollout.Phase} to {rollout.Target}, {rollout.Done} of {rollout.Total} nodes.");
        }

        foreach (var node in state.Nodes)
        {
            Tell(state, node.Name, $"{node.Name}: {node.State}, {node.Image}{(node.Ready ? "" : ", not Ready")}.{(node.Holds.IsEmpty ? "" : $" {node.Holds[0].Message}")}");
        }
    }

    private void Tell(DemoState state, string subject, string text)
    {
        if (_told.GetValueOrDefault(subject) != text)
        {
            _told[subject] = text;
            terminal.Out.WriteLine($"{TimeText.ToSecond(state.At)}  {text}");
        }
    }
}

using Imago.Cli.Terminals;

namespace Imago.Cli.Serving;

/// <summary>The demo where nobody watches: a line for every change. What holds nodes is told once, however many it holds; their own lines name it by its code.</summary>
internal sealed class ServerDemoLines(Terminal terminal)
{
    private readonly Dictionary<string, string> _told = new(StringComparer.Ordinal);
    private HashSet<(string Code, string Ends)> _holding = [];

    public void Tell(DemoState state)
    {
        foreach (var rollout in state.Rollouts)
        {
            Tell(state, $"rollout {rollout.Pool}", $"Pool {rollout.Pool}: {rollout.Phase} to {rollout.Target}, {rollout.Done} of {rollout.Total} nodes.");
        }

        foreach (var node in state.Nodes)
        {
            Tell(state, node.Name, $"{node.Name}: {node.State}, {node.Image}{(node.Ready ? "" : ", not Ready")}{(node.Holds.IsEmpty ? "" : $" ({node.Holds[0].Code})")}.");
        }

        var holds = state.Nodes.Where(n => !n.Holds.IsEmpty).Select(n => n.Holds[0]).DistinctBy(h => h.Cause).ToList();
        foreach (var hold in holds.Where(h => !_holding.Contains(h.Cause)))
        {
            Write(state, $"{hold.Code}: {hold.Message}");
        }

        _holding = holds.Select(h => h.Cause).ToHashSet();
    }

    private void Tell(DemoState state, string subject, string text)
    {
        if (_told.GetValueOrDefault(subject) != text)
        {
            _told[subject] = text;
            Write(state, text);
        }
    }

    private void Write(DemoState state, string text) => terminal.Out.WriteLine($"{TimeText.ToSecond(state.At)}  {text}");
}

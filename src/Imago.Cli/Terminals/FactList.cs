namespace Imago.Cli.Terminals;

/// <summary>What there is to say about one thing: a label and a value on each line. What is not known is left out.</summary>
internal sealed class FactList
{
    private readonly List<(string Label, string Value)> _facts = [];

    public FactList Add(string label, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _facts.Add((label, value));
        }

        return this;
    }

    public void Write(Terminal terminal)
    {
        var width = _facts.Count == 0 ? 0 : _facts.Max(f => f.Label.Length);
        foreach (var (label, value) in _facts)
        {
            terminal.WriteProse(value, $"{label.PadRight(width)}  ");
        }
    }
}

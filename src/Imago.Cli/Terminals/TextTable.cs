namespace Imago.Cli.Terminals;

/// <summary>A column of a <see cref="TextTable"/>.</summary>
/// <param name="Title">Heading.</param>
/// <param name="IsNumber">Numbers stand right-aligned.</param>
/// <param name="IsOptional">Left out where the terminal is too narrow for all columns.</param>
internal sealed record Column(string Title, bool IsNumber = false, bool IsOptional = false);

/// <summary>
/// Rows of text in padded columns. In a terminal that is too narrow optional columns are left out, last ones first, and then the last column is broken over several
/// lines; cutting names would make them useless, and lines that the terminal breaks by itself cannot be read.
/// </summary>
internal sealed class TextTable(params Column[] columns)
{
    private const string Margin = "  ";
    private const string Gap = "  ";

    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(Terminal terminal)
    {
        string[][] rows = [[.. columns.Select(c => c.Title)], .. _rows];
        var widths = columns.Select((_, i) => rows.Max(r => r[i].Length)).ToArray();
        var shown = Enumerable.Range(0, columns.Length).ToList();
        while (Total(shown) > terminal.Width && shown.FindLastIndex(i => columns[i].IsOptional) is >= 0 and var drop)
        {
            shown.RemoveAt(drop);
        }

        var last = shown[^1];
        var before = Total(shown) - widths[last];
        foreach (var row in rows)
        {
            var lead = Margin + string.Concat(shown.SkipLast(1).Select(i => Padded(row[i], i) + Gap));
            if (columns[last].IsNumber)
            {
                terminal.Out.WriteLine(lead + Padded(row[last], last));
            }
            else
            {
                terminal.WriteProse(row[last], lead.PadRight(before));
            }
        }

        int Total(List<int> some) => Margin.Length + some.Sum(i => widths[i]) + (Gap.Length * (some.Count - 1));

        string Padded(string cell, int column) => columns[column].IsNumber ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]);
    }
}

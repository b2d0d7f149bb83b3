namespace Imago.Cli.Terminals;

/// <summary>A column of a <see cref="TextTable"/>.</summary>
/// <param name="Title">Heading.</param>
/// <param name="IsNumber">Numbers stand right-aligned.</param>
/// <param name="IsOptional">Left out where the terminal is too narrow for all columns.</param>
internal sealed record Column(string Title, bool IsNumber = false, bool IsOptional = false);

/// <summary>
/// Rows of text in padded columns. In a terminal that is too narrow optional columns are left out, last ones first, and the text of the last column is broken over
/// several lines, below the row where not even that has room. Names are never cut: that would make them useless; and lines that the terminal breaks by itself cannot
/// be read.
/// </summary>
internal sealed class TextTable(params Column[] columns)
{
    private const string Margin = "  ";
    private const string Gap = "  ";

    // Less room than this is not worth breaking a text into.
    private const int NarrowestText = 20;

    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(Terminal terminal)
    {
        string[][] rows = [[.. columns.Select(c => c.Title)], .. _rows];
        var widths = columns.Select((_, i) => rows.Max(r => r[i].Length)).ToArray();
        var shown = Enumerable.Range(0, columns.Length).ToList();
        while (Needed() > terminal.Width && shown.FindLastIndex(i => columns[i].IsOptional) is >= 0 and var drop)
        {
            shown.RemoveAt(drop);
        }

        var last = shown[^1];
        foreach (var row in rows)
        {
            var start = Margin + string.Concat(shown.SkipLast(1).Select(i => Padded(row[i], i) + Gap));
            if (columns[last].IsNumber)
            {
                terminal.Out.WriteLine(start + Padded(row[last], last));
            }
            else if (Needed() <= terminal.Width)
            {
                terminal.WriteProse(row[last], start);
            }
            else
            {
                terminal.Out.WriteLine(start.TrimEnd());
                if (row[last].Length > 0)
                {
                    terminal.WriteProse(row[last], Margin + Margin + Margin);
                }
            }
        }

        int Needed() => Margin.Length + shown.SkipLast(1).Sum(i => widths[i] + Gap.Length)
            + (columns[shown[^1]].IsNumber ? widths[shown[^1]] : Math.Min(widths[shown[^1]], NarrowestText));

        string Padded(string cell, int column) => columns[column].IsNumber ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]);
    }
}

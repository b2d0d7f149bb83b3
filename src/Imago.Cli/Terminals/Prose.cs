namespace Imago.Cli.Terminals;

/// <summary>Running text that is broken between words where the terminal ends.</summary>
internal static class Prose
{
    // Narrower than this a text is not readable anyway; a terminal may claim any width.
    private const int Narrowest = 20;

    /// <summary>Writes a text: its first line after <paramref name="lead"/>, those it continues on below the text.</summary>
    public static void WriteProse(this Terminal terminal, string text, string lead = "")
    {
        var margin = new string(' ', lead.Length);
        foreach (var (line, first) in Wrap(text, terminal.Width - lead.Length).Select((line, i) => (line, i == 0)))
        {
            terminal.Out.WriteLine($"{(first ? lead : margin)}{line}".TrimEnd());
        }
    }

    /// <summary>The lines of a text. A word that is longer than a line is cut; there is always at least one line.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        var room = Math.Max(Narrowest, width);
        foreach (var paragraph in text.Split('\n'))
        {
            var rest = paragraph.AsSpan().TrimEnd().ToString();
            while (rest.Length > room)
            {
                // The space may stand right behind the last column.
                var space = rest.LastIndexOf(' ', room);
                var end = space > 0 ? space : room;
                yield return rest[..end].TrimEnd();
                rest = rest[end..].TrimStart();
            }

            yield return rest;
        }
    }
}

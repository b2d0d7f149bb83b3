namespace Imago.Cli.Help;

/// <summary>What a mistyped option may have been. System.CommandLine takes it for an argument where a command takes arguments, and does not ask.</summary>
internal static class Typos
{
    private const int MostEdits = 2;

    /// <summary>The complaint about a word that looks like an option and is none; null for any other word.</summary>
    public static string? ComplaintAbout(string word, IEnumerable<string> options)
    {
        if (!word.StartsWith('-') || word.Length < 2)
        {
            return null;
        }

        var typed = word.Split('=')[0];
        var near = options.Where(o => Edits(o, typed) <= MostEdits).ToList();
        return $"Unrecognized command or argument '{word}'.{(near.Count > 0 ? $"\nDid you mean one of the following? {string.Join(' ', near)}" : "")}";
    }

    // Levenshtein's distance, a row at a time.
    private static int Edits(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var (diagonal, _) = (row[0], row[0] = i);
            for (var j = 1; j <= other.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}

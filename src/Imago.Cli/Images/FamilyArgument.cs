using Imago.Domain.Images;

namespace Imago.Cli.Images;

/// <summary>Understands what family somebody means.</summary>
internal static class FamilyArgument
{
    private const int Suggestions = 3;

    /// <summary>The family of the catalogue that a text means.</summary>
    /// <exception cref="InputException">No spelling fits, or the catalogue has no image of the family.</exception>
    public static ImageFamily Resolve(string text, ReleaseCatalog catalog)
    {
        if (FamilySpellings.Resolve(text) is { } family && catalog.Knows(family))
        {
            return family;
        }

        throw new InputException(
            $"--family: '{text}' is no image family of the catalogue. Did you mean {string.Join(", ", Nearest(text, catalog))}? 'imago images' lists all of them.");
    }

    // Names that contain the text come first ("2204"), then those with the fewest typing errors; equal ones in ordinal order.
    private static IEnumerable<string> Nearest(string text, ReleaseCatalog catalog) =>
        catalog.Families
            .Select(family => (family.Name, Distance: FamilySpellings.Of(family).All.Min(spelling => Distance(text, spelling))))
            .OrderBy(f => f.Distance)
            .Take(Suggestions)
            .Select(f => f.Name);

    private static int Distance(string typed, string spelling) =>
        typed.Length >= 3 && spelling.Contains(typed, StringComparison.OrdinalIgnoreCase) ? 0 : EditDistance(typed, spelling);

    /// <summary>Levenshtein's distance, without regard to case. Of a long text only the beginning counts: no family name is longer.</summary>
    private static int EditDistance(string first, string second)
    {
        const int Longest = 64;
        var a = first.Length > Longest ? first[..Longest] : first;
        var row = new int[second.Length + 1];
        for (var j = 0; j < row.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j < row.Length; j++)
            {
                var same = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(second[j - 1]);
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1)));
            }
        }

        return row[^1];
    }
}

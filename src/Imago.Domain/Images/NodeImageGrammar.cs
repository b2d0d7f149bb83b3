using NodaTime;

namespace Imago.Domain.Images;

/// <summary>
/// The grammar of image texts, read by hand because it is read for every node of every observation. Tests hold it against the regular
/// expression of the rule.
/// </summary>
/// <remarks>
/// IM-7: <c>family-version[-patch]</c>, where the family is the prefix, at least one letter, and further parts of letters and digits joined by single
/// hyphens; version and patch as in IM-2…5; only ASCII; every date exists; a Windows version has no patch part. Because a version never
/// contains a hyphen, splitting at the last hyphens is the same as the expression's lazy match.
/// </remarks>
internal static class NodeImageGrammar
{
    public static (string Family, ImageVersion Version, LocalDate? Patch)? Read(string text, string prefix)
    {
        var last = text.LastIndexOf('-');
        if (last <= 0)
        {
            return null;
        }

        var tail = text.AsSpan(last + 1);
        var before = text.LastIndexOf('-', last - 1);
        if (TryVersion(tail, out var version))
        {
            // `2023.02.15` may be a version in the old form or the patch part of one before it; the expression prefers the reading in which the
            // family is shortest, that is: a patch, if a version stands before it.
            if (before > 0 && TryDottedDate(tail, out var patch) && TryVersion(text.AsSpan(before + 1, last - before - 1), out var patched))
            {
                return patched.IsWindows || !IsFamily(text.AsSpan(0, before), prefix) ? null : (text[..before], patched, patch);
            }

            return IsFamily(text.AsSpan(0, last), prefix) ? (text[..last], version, null) : null;
        }

        return null;
    }

    public static bool TryVersion(ReadOnlySpan<char> text, out ImageVersion version)
    {
        version = default;
        if (TryDottedDate(text, out var oldForm))
        {
            version = new ImageVersion(0, 0, oldForm, 0);
            return true;
        }

        var first = text.IndexOf('.');
        var second = first < 0 ? -1 : text[(first + 1)..].IndexOf('.') + first + 1;
        if (first < 0 || second <= first)
        {
            return false;
        }

        var a = text[..first];
        var b = text[(first + 1)..second];
        var c = text[(second + 1)..];
        if (a.Length == 6 && b.Length == 2 && Number(a) is { } yearMonth && Number(b) is { } day && Number(c) is { } respin
            && TryDate(yearMonth / 100, yearMonth % 100, day, out var date))
        {
            version = new ImageVersion(0, 0, date, respin);
            return true;
        }

        if (a.Length == 5 && c.Length == 6 && Number(a) is { } build and > 0 && Number(b) is { } revision && Number(c) is { } stamp
            && TryDate(2000 + (stamp / 10000), stamp / 100 % 100, stamp % 100, out date))
        {
            version = new ImageVersion(build, revision, date, 0);
            return true;
        }

        return false;
    }

    private static bool TryDottedDate(ReadOnlySpan<char> text, out LocalDate date)
    {
        date = default;
        return text.Length == 10 && text[4] == '.' && text[7] == '.'
            && Number(text[..4]) is { } year && Number(text[5..7]) is { } month && Number(text[8..]) is { } day
            && TryDate(year, month, day, out date);
    }

    private static bool TryDate(int year, int month, int day, out LocalDate date)
    {
        date = default;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > CalendarSystem.Iso.GetDaysInMonth(year, month))
        {
            return false;
        }

        date = new LocalDate(year, month, day);
        return true;
    }

    // Digits only, and no more than an int holds.
    private static int? Number(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > 9)
        {
            return null;
        }

        var value = 0;
        foreach (var c in text)
        {
            if (c is < '0' or > '9')
            {
                return null;
            }

            value = (value * 10) + (c - '0');
        }

        return value;
    }

    private static bool IsFamily(ReadOnlySpan<char> text, string prefix)
    {
        if (!text.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = text[prefix.Length..];
        var hyphen = rest.IndexOf('-');
        var gallery = hyphen < 0 ? rest : rest[..hyphen];
        if (gallery.IsEmpty || gallery.ContainsAnyExcept(Letters))
        {
            return false;
        }

        while (hyphen >= 0)
        {
            rest = rest[(hyphen + 1)..];
            hyphen = rest.IndexOf('-');
            var part = hyphen < 0 ? rest : rest[..hyphen];
            if (part.IsEmpty || part.ContainsAnyExcept(LettersAndDigits))
            {
                return false;
            }
        }

        return true;
    }

    private static readonly System.Buffers.SearchValues<char> Letters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly System.Buffers.SearchValues<char> LettersAndDigits =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
}

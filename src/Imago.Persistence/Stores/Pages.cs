using System.Collections.Immutable;
using System.Globalization;
using Imago.Application.Storage;
using NodaTime;

namespace Imago.Persistence.Stores;

/// <summary>Pages by position: the next page begins after the last item of this one, so that what is added or removed meanwhile shifts nothing.</summary>
internal static class Pages
{
    /// <summary>A page of at most <paramref name="limit"/> of the rows found, one more of which says that there are more.</summary>
    public static Page<T> Of<T>(List<T> found, int limit, Func<T, string> position) =>
        found.Count <= limit ? new([.. found], null) : new([.. found.Take(limit)], position(found[limit - 1]));

    /// <summary>A page of rows that carry their position.</summary>
    public static Page<T> Of<T>(List<(T Item, string Position)> found, int limit)
    {
        var page = Of(found, limit, f => f.Position);
        return new(page.Items.Select(i => i.Item).ToImmutableArray(), page.Next);
    }

    /// <summary>A position in a list that is ordered by an instant and by what breaks ties.</summary>
    public static string Position(Instant at, string tie) => $"{at.ToUnixTimeTicks().ToString(CultureInfo.InvariantCulture)}~{tie}";

    /// <summary>The parts of such a position.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static (Instant At, string Tie) Parse(string position)
    {
        var middle = position.IndexOf('~', StringComparison.Ordinal);
        return middle > 0 && long.TryParse(position.AsSpan(0, middle), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ticks)
            ? (Instant.FromUnixTimeTicks(ticks), position[(middle + 1)..])
            : throw new FormatException($"'{position}' is not a position in a list. Use the one that the page before gave.");
    }
}

using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Images;

/// <summary>One ring of the staged release of an image: who gets it after which others, and how long it is watched there.</summary>
/// <param name="Name">Name.</param>
/// <param name="SharePercent">
/// Share of all regions that have the release once this ring has it, this ring and those before it together, 0 to 100. 0: no region belongs to the ring by its
/// name; its clusters are put there by hand, as is the one cluster of the default canary ring.
/// </param>
/// <param name="Bake">How long it is watched in this ring before the next gets it.</param>
/// <param name="OpensAfter">How long after publication this ring gets the release: the sum of the bake times of the rings before.</param>
/// <remarks>Rules: IM-35.</remarks>
public sealed record ReleaseRing(string Name, int SharePercent, Duration Bake, Duration OpensAfter);

/// <summary>The ordered rings of a release.</summary>
/// <remarks>
/// IM-35. The delays are those of a release that goes well: a release that a health gate stops is withdrawn (IM-37), which counts in all rings at once.
/// </remarks>
public sealed record ReleaseRings
{
    // IM-35 within IM-30: a release reaches everybody in at most two weeks.
    private static readonly Duration Longest = Duration.FromDays(14);

    private ReleaseRings(ImmutableArray<ReleaseRing> rings) => Rings = rings;

    /// <summary>The rings, first to last.</summary>
    public ImmutableArray<ReleaseRing> Rings { get; }

    /// <summary>IM-35: canary 24 h → early 10 % 24 h → main 50 % 48 h → rest.</summary>
    public static ReleaseRings Default { get; } = Of(
        ("canary", 0, Duration.FromHours(24)), ("early", 10, Duration.FromHours(24)), ("main", 50, Duration.FromHours(48)), ("rest", 100, Duration.Zero)).Value!;

    /// <summary>Rings of names, growing shares and bake times; or why they are refused.</summary>
    public static (ReleaseRings? Value, string? Refusal) Of(params ReadOnlySpan<(string Name, int SharePercent, Duration Bake)> rings)
    {
        var built = ImmutableArray.CreateBuilder<ReleaseRing>();
        var opens = Duration.Zero;
        foreach (var (name, share, bake) in rings)
        {
            if (name.Length == 0 || built.Any(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase)))
            {
                return (null, $"Release ring '{name}': every ring needs a name of its own.");
            }

            if (share is < 0 or > 100 || (built.Count > 0 && share <= built[^1].SharePercent) || bake < Duration.Zero)
            {
                return (null, $"Release ring '{name}': a share of {share} % with a bake time of {bake} is not possible. Shares grow from ring to ring up to 100 %, bake times are not negative.");
            }

            built.Add(new ReleaseRing(name, share, bake, opens));
            opens += bake;
        }

        if (built.Count == 0 || built[^1].SharePercent != 100)
        {
            return (null, "Release rings: the last ring has to reach 100 % of the regions.");
        }

        return opens > Longest
            ? (null, $"Release rings: the bake times add up to {opens.TotalDays:0.#} days; a release has to reach everybody within {Longest.TotalDays:0} days.")
            : (new ReleaseRings(built.ToImmutable()), null);
    }

    /// <summary>
    /// The ring of a region: always the same for the same name, whatever its case. Regions are spread by a hash of the name over 0…99 and fall into the first
    /// ring whose share covers them; a ring with share 0 gets none. With few regions the shares are met only roughly.
    /// </summary>
    public ReleaseRing RingOf(string region)
    {
        var place = (int)(StableHash.Of(region.ToLowerInvariant()) % 100);
        return Rings.First(r => place < r.SharePercent);
    }

    /// <summary>A ring by its name, or null.</summary>
    public ReleaseRing? Named(string name) => Rings.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase));
}

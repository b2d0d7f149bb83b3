using System.Collections.Immutable;
using Imago.Domain.Images;
using NodaTime;

namespace Imago.Domain.Channels;

/// <summary>One minor of Kubernetes 1: its patches and how long it is supported.</summary>
/// <param name="Minor">The minor: 35 for 1.35.</param>
/// <param name="NewestPatch">Newest patch in community support.</param>
/// <param name="NewestLongTermPatch">Newest patch in long-term support; not below <paramref name="NewestPatch"/>.</param>
/// <param name="EndOfSupport">Last day of community support, inclusive.</param>
/// <param name="EndOfLongTerm">Last day of long-term support, inclusive.</param>
/// <remarks>Rules: CU-40, CU-46.</remarks>
public sealed record KubernetesMinor(int Minor, int NewestPatch, int NewestLongTermPatch, LocalDate EndOfSupport, LocalDate EndOfLongTerm)
{
    /// <summary>Its newest patch.</summary>
    /// <param name="longTerm">Whether long-term support counts.</param>
    public KubernetesVersion Newest(bool longTerm) => new(1, Minor, longTerm ? NewestLongTermPatch : NewestPatch);
}

/// <summary>Which Kubernetes versions are offered and supported when: a dated table, because support follows from the day.</summary>
/// <remarks>Rules: CU-21, CU-22, CU-40…42, CU-45, CU-46, CH-86.</remarks>
public sealed class KubernetesCalendar
{
    private readonly ImmutableArray<KubernetesMinor> _minors;

    /// <summary>A table of minors, in any order.</summary>
    /// <exception cref="ArgumentException">There is no minor.</exception>
    public KubernetesCalendar(IEnumerable<KubernetesMinor> minors)
    {
        _minors = [.. minors.OrderByDescending(m => m.Minor)];
        if (_minors.IsEmpty)
        {
            throw new ArgumentException("A Kubernetes calendar needs at least one minor.", nameof(minors));
        }
    }

    /// <summary>The facts as of 2026-08. A month means its last day.</summary>
    public static KubernetesCalendar Default { get; } = new(
    [
        new(32, 13, 13, new(2026, 3, 31), new(2027, 3, 31)),
        new(33, 12, 13, new(2026, 7, 31), new(2027, 7, 31)),
        new(34, 9, 9, new(2026, 11, 30), new(2027, 11, 30)),
        new(35, 6, 6, new(2027, 3, 31), new(2028, 3, 31)),
        new(36, 2, 2, new(2027, 6, 30), new(2028, 6, 30)),
    ]);

    /// <summary>Whether a minor is supported at an instant; the patch does not matter (CH-86).</summary>
    /// <param name="version">The version.</param>
    /// <param name="longTerm">Whether the cluster has long-term support (CU-46).</param>
    /// <param name="now">The instant.</param>
    /// <remarks>
    /// CU-40, CU-41: a minor is supported to the end of its last day. CU-42: the newest of those that no longer are has platform support, as N-3 has while three are
    /// supported. A minor newer than the table is supported: the table is old then, not the cluster.
    /// </remarks>
    public KubernetesSupport SupportOf(KubernetesVersion version, bool longTerm, Instant now)
    {
        if (version.AtLeast(1, _minors[0].Minor + 1))
        {
            return KubernetesSupport.Supported;
        }

        var today = now.InUtc().Date;
        if (Find(version) is { } minor && (today <= minor.EndOfSupport || (longTerm && today <= minor.EndOfLongTerm)))
        {
            return KubernetesSupport.Supported;
        }

        return _minors.FirstOrDefault(m => today > m.EndOfSupport)?.Minor == version.Minor && version.Major == 1 ? KubernetesSupport.PlatformOnly : KubernetesSupport.Unsupported;
    }

    /// <summary>The minors that new clusters can have at an instant, newest first.</summary>
    /// <remarks>CU-42: not those with platform support only. The newest one is always offered, so that an old table does not end the service.</remarks>
    public ImmutableArray<KubernetesMinor> Offered(bool longTerm, Instant now)
    {
        var supported = _minors.Where(m => SupportOf(new KubernetesVersion(1, m.Minor, 0), longTerm, now) == KubernetesSupport.Supported).ToImmutableArray();
        return supported.IsEmpty ? [_minors[0]] : supported;
    }

    /// <summary>The version of a cluster for which nobody named one: the newest patch of N-1.</summary>
    /// <remarks>CU-22.</remarks>
    public KubernetesVersion DefaultAt(Instant now)
    {
        var offered = Offered(longTerm: false, now);
        return offered[Math.Min(1, offered.Length - 1)].Newest(longTerm: false);
    }

    /// <summary>The full version that a new cluster gets for the one that was asked for, or why it cannot have it.</summary>
    /// <param name="asked"><c>1.35</c> or <c>1.35.6</c>.</param>
    /// <param name="longTerm">Whether long-term support counts.</param>
    /// <param name="now">The instant.</param>
    /// <remarks>CU-21: a minor alone means its newest patch. CU-45: a patch that does not exist yet, or a minor that is not offered, is refused.</remarks>
    public (KubernetesVersion? Version, string? Refusal) Resolve(string asked, bool longTerm, Instant now)
    {
        var offered = Offered(longTerm, now);
        var isRead = KubernetesVersion.TryParse(asked, out var version);
        var minor = isRead && version.Major == 1 ? offered.FirstOrDefault(m => m.Minor == version.Minor) : null;
        if (minor is null || version > minor.Newest(longTerm))
        {
            return (null, $"Kubernetes version '{asked}' is not offered{(longTerm ? "" : " without long-term support")}. Use {string.Join(", ", offered.Select(m => m.Newest(longTerm)))}, an earlier patch of these minors, or a minor alone for its newest patch.");
        }

        return (IsMinorOnly(asked) ? minor.Newest(longTerm) : version, null);
    }

    /// <summary>Whether a version was asked for by its minor alone, such as <c>1.35</c> (CU-21).</summary>
    public static bool IsMinorOnly(string asked) => asked.Count(c => c == '.') == 1;

    private KubernetesMinor? Find(KubernetesVersion version) => version.Major == 1 ? _minors.FirstOrDefault(m => m.Minor == version.Minor) : null;
}

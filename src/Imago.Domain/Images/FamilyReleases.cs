using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Images;

/// <summary>The releases of one family with what makes questions about them cheap: they are asked in every pass for every pool.</summary>
/// <remarks>
/// A ring only shifts publications, so "open in the ring at an instant" is "published at the instant less the delay". What was never withdrawn gives a staircase
/// over that shifted time (the newest version published so far), answered by binary search. What was withdrawn after its release is rare and is looked at one by one.
/// </remarks>
internal sealed class FamilyReleases
{
    private readonly ReleaseSteps _steps;
    private readonly ImmutableArray<ImageRelease> _withdrawnLater;
    private readonly ImmutableArray<Instant> _publications;
    private readonly ImmutableArray<Instant> _withdrawals;

    public FamilyReleases(IEnumerable<ImageRelease> releases)
    {
        var byVersion = new Dictionary<ImageVersion, ImageRelease>();
        foreach (var release in releases)
        {
            byVersion[release.Image.Version] = release.Image.Patch is null ? release : release with { Image = release.Image.WithoutPatch() };
        }

        ByVersion = [.. byVersion.Values.OrderBy(r => r.Image.Version)];
        _steps = ReleaseSteps.Of(ByVersion.AsSpan(), static r => r.WithdrawnAt is null ? r.PublishedAt : null);
        _withdrawnLater = [.. ByVersion.Where(r => r.WithdrawnAt is not null && !r.NeverReleased).Reverse()];
        _publications = [.. _steps.At.Concat(_withdrawnLater.Select(r => r.PublishedAt)).Order()];
        _withdrawals = [.. _withdrawnLater.Select(r => r.WithdrawnAt!.Value).Order()];
    }

    /// <summary>All releases, oldest version first.</summary>
    public ImmutableArray<ImageRelease> ByVersion { get; }

    public ImageRelease? Latest(Duration delay, Instant asOf)
    {
        var shifted = asOf - delay;
        var lasting = _steps.IndexAt(shifted) is { } at ? ByVersion[at] : null;
        foreach (var release in _withdrawnLater)
        {
            if (lasting is not null && release.Image.Version < lasting.Image.Version)
            {
                break;
            }

            if (release.PublishedAt <= shifted && release.WithdrawnAt > asOf)
            {
                return release;
            }
        }

        return lasting;
    }

    public ImageRelease? Find(ImageVersion version)
    {
        var low = 0;
        var high = ByVersion.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = ByVersion[middle].Image.Version.CompareTo(version);
            if (order == 0)
            {
                return ByVersion[middle];
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    public Instant? NextChange(Duration delay, Instant asOf)
    {
        var published = ReleaseSteps.After(_publications, asOf - delay) + delay;
        var withdrawn = ReleaseSteps.After(_withdrawals, asOf);
        return published < withdrawn || withdrawn is null ? published : withdrawn;
    }
}

using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Images;

/// <summary>The patch levels of one track, with what makes questions about them cheap.</summary>
internal sealed class TrackReleases
{
    private readonly ReleaseSteps _steps;

    public TrackReleases(IEnumerable<PatchRelease> releases)
    {
        ByLevel = [.. releases.GroupBy(r => r.Level).Select(same => same.Last()).OrderBy(r => r.Level)];

        // A level may be published after a later one (Ubuntu 20250105 came out four days after 20250115): the highest level published so far is the latest.
        _steps = ReleaseSteps.Of(ByLevel.AsSpan(), static r => r.PublishedAt);
    }

    /// <summary>All levels, oldest first.</summary>
    public ImmutableArray<PatchRelease> ByLevel { get; }

    public PatchRelease? Latest(Duration delay, Instant asOf) => _steps.IndexAt(asOf - delay) is { } at ? ByLevel[at] : null;

    public Instant? NextChange(Duration delay, Instant asOf) => ReleaseSteps.After(_steps.At, asOf - delay) + delay;

    /// <summary>Whether going from one level to another needs a reboot; null where what happens on the way is not known.</summary>
    /// <remarks>
    /// CH-33, IM-38: a reboot is needed if any level passed on the way, (from, to], needs one against the level before it, or any of them against a base image
    /// that lies on the way. A base image's "no reboot" never outweighs a "reboot" on the way: both are published, and believing the wrong one leaves a node on an
    /// old kernel that says it is patched. Example (IM-39): 20260720 needs none against 20260706, but one against image 202606.19.0.
    /// </remarks>
    public bool? RebootNeeded(PatchLevel from, PatchLevel to)
    {
        // What a level brings that is not in the catalogue is not known either.
        var gap = to > from && !Has(to);
        for (var i = FirstAfter(from); i < ByLevel.Length && ByLevel[i].Level <= to; i++)
        {
            var passed = ByLevel[i];
            if (passed.NeedsReboot || (passed.SinceImage is { RebootRequired: true } since && PatchLevel.OfDate(since.Base.Date) >= from))
            {
                return true;
            }

            // The verdict counts from a level that is itself beyond `from` and whose own notes are missing: what it brought is not known.
            gap |= passed.Previous is { } previous && previous > from && !Has(previous) && !LiveSinceImage(passed, from);
        }

        return gap ? null : false;
    }

    /// <summary>Whether the notes say "no reboot" against a base image that is no newer than the level: then it holds for the level too.</summary>
    private static bool LiveSinceImage(PatchRelease release, PatchLevel from) =>
        release.SinceImage is { RebootRequired: false } since && PatchLevel.OfDate(since.Base.Date) <= from;

    public PatchRelease? Find(PatchLevel level) => FirstAfter(level) is > 0 and var next && ByLevel[next - 1].Level == level ? ByLevel[next - 1] : null;

    private bool Has(PatchLevel level) => Find(level) is not null;

    private int FirstAfter(PatchLevel level)
    {
        var low = 0;
        var high = ByLevel.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = ByLevel[middle].Level <= level ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}

using NodaTime;
using NodaTime.Text;

namespace Imago.Domain.Images.Archives;

/// <summary>Turns what archives hold into levels (security fixes) and images (all updates, weekly).</summary>
/// <remarks>
/// <para>Rules: IM-6, IM-30, IM-32, IM-35, IM-36, IM-38, NM-15, NM-40, NM-48.</para>
/// <para>With a snapshot service a level is the first midnight (UTC) at or after a change, and can be had for ever. Without one it is the state of a mirror: named by the newest date, and gone when the
/// mirror moves on. A mirror that is merely signed again, weekly or more often, makes no level: the last one follows it, so that nodes still find what they were told to.</para>
/// <para>Rings and a mirror that moves: by the time that the last ring may have a level, the mirror has a newer one. If each level waited anew, later rings would never get any. So levels of a mirror go
/// by trains: one that appears until a week after the last ring has joined counts as published when its train left, and each ring joins when its time has come. Watched is the train, not each level;
/// who wants each level watched uses a snapshot service, or a mirror that is moved on purpose and seldom.</para>
/// </remarks>
public static class ArchiveReleases
{
    // A week, so that every weekly window falls into the time in which the last ring can get what the mirror has.
    private static readonly Duration Boarding = Duration.FromDays(7);

    /// <summary>The snapshot that is needed for deciding; null: none.</summary>
    public static PatchLevel? SnapshotWanted(ArchiveSource source, ArchiveMemory memory, ArchiveEdition live, Instant now)
    {
        var midnight = Midnight(now);
        return source.HasSnapshots && ((Pending(memory, live) is { } since && midnight >= since) || ImageDue(source, memory, now)) ? new PatchLevel(midnight) : null;
    }

    /// <summary>What to publish, and what to remember.</summary>
    public static ArchiveDecision Decide(ArchiveSource source, ArchiveMemory memory, ArchiveObservation seen)
    {
        var live = seen.Live.Security;
        if (memory.SecurityDate is { } last && live.State.Date < last)
        {
            return new ArchiveDecision(memory)
            {
                WentBack = true,
                Waiting = $"Suite '{live.State.Suite}' at {live.State.Uri} is of {Text(live.State.Date)}; one of {Text(last)} has been seen there before. The mirror is stale, or somebody replays an old state.",
            };
        }

        return source.HasSnapshots ? OfSnapshot(source, memory, seen) : OfMirror(source, memory, seen);
    }

    private static ArchiveDecision OfMirror(ArchiveSource source, ArchiveMemory memory, ArchiveObservation seen)
    {
        var live = seen.Live;
        var decision = new ArchiveDecision(memory);
        if (string.Equals(live.Security.Index, memory.SecurityIndex, StringComparison.Ordinal) && memory.Level is not null)
        {
            // NM-31: the same fixes in another edition: nodes check editions, so the level has to name the present ones.
            decision = decision with
            {
                Memory = memory with { SecurityDate = live.Security.State.Date },
                Patch = seen.LastPatch is { Archive: { } archive } patch && !archive.Equals(live.ForLevel) ? patch with { Archive = live.ForLevel } : null,
            };
        }
        else
        {
            // The release pocket may be newer than the fixes, so the same date may come up twice; levels have to grow (NM-32).
            var level = new PatchLevel(live.ForLevel.Suites.Max(s => s.Date));
            level = memory.Level is { } before && level <= before ? new PatchLevel(before.Moment + Duration.FromSeconds(1)) : level;
            var train = memory.TrainSince is { } left && seen.Now - left < seen.RingsTake + Boarding ? left : seen.Now;
            decision = NewLevel(source, memory with { TrainSince = train }, level, live, train);
        }

        if (ImageDue(source, memory, seen.Now) && !string.Equals(live.Index, memory.ImageIndex, StringComparison.Ordinal))
        {
            return WithImage(decision, source, seen, live, seen.Now.InUtc().Date);
        }

        // An image of a mirror stands for "everything that the mirror has, and no less than on that day".
        return seen.LastImage is { Archive: { } known } image && !known.Equals(live.ForImage) ? decision with { Image = image with { Archive = live.ForImage } } : decision;
    }

    private static ArchiveDecision OfSnapshot(ArchiveSource source, ArchiveMemory memory, ArchiveObservation seen)
    {
        var pending = Pending(memory, seen.Live);
        var decision = new ArchiveDecision(memory with { PendingSince = pending });
        if (SnapshotWanted(source, memory, seen.Live, seen.Now) is not { } moment)
        {
            return pending is null ? decision : decision with { Waiting = $"Changes of {Text(pending.Value)} become a level at the next midnight (UTC)." };
        }

        if (seen.Snapshot is not { } snapshot || Unexpected(snapshot, seen.Live, pending, moment) is not null)
        {
            var found = seen.Snapshot is { } other ? $"does not show the state of that moment yet: {Unexpected(other, seen.Live, pending, moment)}" : "does not exist yet";
            return decision with { Waiting = $"The snapshot of {moment} {found}." };
        }

        if (pending is not null && moment.Moment >= pending && (memory.Level is not { } before || moment > before))
        {
            // What is left over, because the archive has moved on since midnight, waits for the next one.
            decision = string.Equals(snapshot.Security.Index, memory.SecurityIndex, StringComparison.Ordinal)
                ? decision with { Memory = decision.Memory with { PendingSince = null } }
                : NewLevel(source, decision.Memory with { PendingSince = null }, moment, snapshot, seen.Now);
        }

        return ImageDue(source, memory, seen.Now) && !string.Equals(snapshot.Index, memory.ImageIndex, StringComparison.Ordinal)
            ? WithImage(decision, source, seen, snapshot, moment.Date)
            : decision;
    }

    private static ArchiveDecision NewLevel(ArchiveSource source, ArchiveMemory memory, PatchLevel level, ArchiveEdition edition, Instant publishedAt)
    {
        var held = edition.Security.Versions ?? SuiteVersions.Empty;

        // NM-15. Against nothing, everything that the pocket holds is new; a node's own plan counts over this in any case (CH-33).
        var core = memory.Level is null ? held.Core.Count > 0 : held.CoreChangedSince(memory.Versions);
        return new ArchiveDecision(memory with { Level = level, SecurityIndex = edition.Security.Index, SecurityDate = edition.Security.State.Date, Versions = held })
        {
            Patch = new PatchRelease(source.Track, level, publishedAt, RebootRequired: null, core) { Previous = memory.Level, Archive = edition.ForLevel },
            IsNewPatch = true,
            Changed = memory.Level is null ? [] : held.ChangedSince(memory.Versions),
        };
    }

    private static ArchiveDecision WithImage(ArchiveDecision decision, ArchiveSource source, ArchiveObservation seen, ArchiveEdition edition, LocalDate day)
    {
        // IM-36: a day that somebody has taken by hand gets a respin.
        var respin = 0;
        while (seen.Taken.Contains(Image(respin)))
        {
            respin++;
        }

        return decision with
        {
            Memory = decision.Memory with { Image = Image(respin).Version, ImageIndex = edition.Index },
            Image = new ImageRelease(Image(respin), seen.Now) { Archive = edition.ForImage },
            IsNewImage = true,
        };

        NodeImage Image(int number) => NodeImage.Of(source.Family, new ImageVersion(0, 0, day, number));
    }

    // The latest image day at or before today has no image yet; a server that was off on that day makes it up.
    private static bool ImageDue(ArchiveSource source, ArchiveMemory memory, Instant now)
    {
        if (source.ImageDay is not { } day)
        {
            return false;
        }

        var today = now.InUtc().Date;
        return memory.Image is not { } last || last.Date < (today.DayOfWeek == day ? today : today.Previous(day));
    }

    private static Instant? Pending(ArchiveMemory memory, ArchiveEdition live) =>
        memory.PendingSince ?? (memory.Level is null || !string.Equals(live.Security.Index, memory.SecurityIndex, StringComparison.Ordinal) ? live.Security.State.Date : null);

    // A snapshot service takes its time, and until then answers with an older state: what was live at midnight has to be in it.
    private static string? Unexpected(ArchiveEdition snapshot, ArchiveEdition live, Instant? pending, PatchLevel moment)
    {
        if (pending is { } since && since <= moment.Moment && snapshot.Security.State.Date < since)
        {
            return $"'{snapshot.Security.State.Suite}' is of {Text(snapshot.Security.State.Date)}, expected is {Text(since)} or later";
        }

        return snapshot.Suites.Join(live.Suites, s => s.State.Pocket, s => s.State.Pocket, (then, now) => (Then: then.State, Now: now.State))
            .Where(p => p.Now.Date <= moment.Moment ? p.Then.Date != p.Now.Date : p.Then.Date > moment.Moment)
            .Select(p => $"'{p.Then.Suite}' is of {Text(p.Then.Date)}, expected is {(p.Now.Date <= moment.Moment ? Text(p.Now.Date) : $"no later than {moment}")}")
            .FirstOrDefault();
    }

    private static Instant Midnight(Instant now) => now.InUtc().Date.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant();

    private static string Text(Instant at) => InstantPattern.General.Format(at);
}

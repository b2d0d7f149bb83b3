using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Application.Storage;
using Imago.Domain;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Application.Catalog.Archives;

/// <summary>How archives are watched by a process.</summary>
/// <param name="Holder">Name of the process; unique.</param>
/// <param name="Retention">How long levels and images of archives are kept after their publication.</param>
public sealed record ArchiveWatchOptions(string Holder, Duration Retention)
{
    /// <summary>The first wait after a failure; it doubles up to the interval.</summary>
    public Duration FirstRetry { get; init; } = Duration.FromMinutes(1);

    /// <summary>How long a look may take until another replica may look.</summary>
    public Duration LongestLook { get; init; } = Duration.FromMinutes(10);

    /// <summary>How many releases of an archive are kept, however old they are: nodes may be on them.</summary>
    public int FewestKept { get; init; } = 12;
}

/// <summary>
/// Watches package archives and publishes what they give rise to, each archive by one replica at a time. A failure concerns its own archive only: what was published goes on to
/// count, and the next look comes sooner.
/// </summary>
/// <remarks>Rules: IM-30, IM-32, NM-31, NM-33.</remarks>
public sealed partial class ArchiveWatch(
    ImmutableArray<ArchiveSettings> archives, ArchiveObserver observer, IStore store, TimeProvider clock, ArchiveWatchOptions options, ReleaseSourceMetrics metrics, ILogger<ArchiveWatch> logger)
{
    /// <summary>Type of the resource that remembers an archive.</summary>
    public const string ResourceType = "Imago/archives";

    /// <summary>Looks at all archives again and again until it is cancelled.</summary>
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(archives.Select(a => RunAsync(a, stopping)));

    /// <summary>One look at one archive.</summary>
    /// <param name="settings">The archive.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>How it stands; null: another replica looks at it.</returns>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async ValueTask<ArchiveStanding?> LookAsync(ArchiveSettings settings, CancellationToken cancellation)
    {
        var now = Now();
        if (await store.HoldLeaseAsync(settings.Key, options.Holder, now, settings.Interval + options.LongestLook, cancellation) is not { } lease)
        {
            if (await store.FindAsync(settings.Key, cancellation) is { } others)
            {
                metrics.Heard(settings.Source.Name, ArchiveStanding.Read(others.Status));
            }

            return null;
        }

        var stored = await store.FindAsync(settings.Key, cancellation);
        var memory = ArchiveMemoryText.Read(stored?.Document);
        var before = ArchiveStanding.Read(stored?.Status);
        ArchiveStanding standing;
        var batch = new StoreBatch { Fence = (settings.Key, lease.Epoch) };
        try
        {
            var published = await store.ReleasesAsync(cancellation);
            var seen = WithPublished(await observer.ObserveAsync(settings, memory, now, cancellation), settings, memory, published);
            var decision = ArchiveReleases.Decide(settings.Source, memory, seen);
            batch = Publishing(batch, settings, decision, published, now);
            standing = new ArchiveStanding
            {
                LookedAt = now,
                ReadAt = now,
                Problem = decision.WentBack ? ArchiveProblem.Stale : null,
                Message = decision.Waiting,
                Suites = [.. seen.Live.Suites.Select(s => new SuiteSeen(s.State.Suite, s.State.Uri, s.State.Date))],
            };
            Tell(settings, decision);
            memory = decision.Memory;
        }
        catch (ArchiveException failure)
        {
            standing = before with { LookedAt = now, Problem = failure.Problem, Message = failure.Message };
        }

        if (!(await store.CommitAsync(batch with { Resources = Remembering(settings, stored, ArchiveMemoryText.Write(memory), standing.Write(), now) }, cancellation)).Committed)
        {
            // The look took longer than the lease: another replica has looked in the meantime.
            return null;
        }

        metrics.Looked(settings.Source.Name, standing);
        return standing;
    }

    private async Task RunAsync(ArchiveSettings settings, CancellationToken stopping)
    {
        var (looks, failures) = (0, 0);
        while (!stopping.IsCancellationRequested)
        {
            looks++;
            Duration wait;
            try
            {
                var standing = await LookAsync(settings, stopping);
                failures = standing?.Problem is null ? 0 : failures + 1;
                wait = Wait(settings, looks, failures);
                if (standing is { Problem: { } problem })
                {
                    LogProblem(logger, settings.Source.Name, problem, wait.ToTimeSpan(), standing.Message ?? "");
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (StoreUnavailableException failure)
            {
                wait = Wait(settings, looks, ++failures);
                LogOutage(logger, settings.Source.Name, wait.ToTimeSpan(), failure);
            }
            catch (Exception failure)
            {
                // One archive that is read in a way nobody thought of must not end the watch over the others.
                wait = Wait(settings, looks, ++failures);
                LogFailure(logger, settings.Source.Name, wait.ToTimeSpan(), failure);
            }

            await Task.WhenAny(Task.Delay(wait.ToTimeSpan(), clock, stopping));
        }
    }

    // NM-33: servers that were started together do not ask together.
    private Duration Wait(ArchiveSettings settings, int looks, int failures)
    {
        var full = failures == 0 ? settings.Interval : Duration.Min(settings.Interval, options.FirstRetry * Math.Pow(2, Math.Min(failures - 1, 16)));
        return full * (0.75 + (StableHash.Of($"{options.Holder}/{settings.Source.Name}/{looks}") % 1000 / 2000.0));
    }

    private static ArchiveObservation WithPublished(ArchiveObservation seen, ArchiveSettings settings, ArchiveMemory memory, ImmutableArray<StoredRelease> published)
    {
        // What somebody has published again by hand, with a verdict for example, is followed as it stands.
        var releases = published.Select(Read).OfType<PublishedRelease>().ToList();
        return seen with
        {
            LastPatch = releases.Select(r => r.Patch).FirstOrDefault(p => p is not null && p.Track == settings.Source.Track && p.Level == memory.Level),
            LastImage = releases.Select(r => r.Image).FirstOrDefault(i => i is not null && i.Image.Family == settings.Source.Family && i.Image.Version == memory.Image),
            Taken = [.. releases.Select(r => r.Image?.Image).OfType<NodeImage>().Where(i => i.Family == settings.Source.Family)],
        };
    }

    private StoreBatch Publishing(StoreBatch batch, ArchiveSettings settings, ArchiveDecision decision, ImmutableArray<StoredRelease> published, Instant now)
    {
        var next = new[]
        {
            decision.Patch is { } patch ? new PublishedRelease { Patch = patch } : null,
            decision.Image is { } image ? new PublishedRelease { Image = image } : null,
        }.OfType<PublishedRelease>().Select(r => new StoredRelease(r.Name, published.FirstOrDefault(p => p.Name == r.Name)?.Source ?? settings.ReleaseSource, ReleaseText.Write(r))).ToImmutableArray();

        // Only what this archive has published: what people publish is theirs to keep.
        var old = published.Where(p => p.Source == settings.ReleaseSource && next.All(n => n.Name != p.Name)).Select(p => (p.Name, At: Read(p)?.PublishedAt ?? Instant.MaxValue))
            .OrderByDescending(p => p.At).Skip(options.FewestKept).Where(p => p.At < now - options.Retention).Select(p => p.Name);
        return batch with { Releases = next, ReleasesForgotten = [.. old] };
    }

    private static ImmutableArray<ResourceWrite> Remembering(ArchiveSettings settings, StoredResource? stored, string memory, string standing, Instant now)
    {
        if (stored is null)
        {
            return
            [
                new ResourceWrite.Create(new StoredResource
                {
                    Key = settings.Key,
                    Id = $"/providers/Imago/archives/{settings.Source.Name}",
                    Type = ResourceType,
                    ParentKey = "",
                    Document = memory,
                    Status = standing,
                    Version = 1,
                    StatusVersion = 1,
                    CreatedAt = now,
                    ChangedAt = now,
                }) { Key = settings.Key },
            ];
        }

        var status = new ResourceWrite.Status(standing, stored.StatusVersion) { Key = settings.Key };
        return string.Equals(memory, stored.Document, StringComparison.Ordinal) ? [status] : [new ResourceWrite.Document(memory, stored.Version, now) { Key = settings.Key }, status];
    }

    private void Tell(ArchiveSettings settings, ArchiveDecision decision)
    {
        const int MostNames = 20;
        if (decision.Patch is { } patch)
        {
            Tell($"{patch.Track}@{patch.Level}", decision.IsNewPatch, decision.Changed);
        }

        if (decision.Image is { } image)
        {
            Tell(image.Image.Text, decision.IsNewImage, []);
        }

        if (decision.Waiting is { } waiting)
        {
            LogWaiting(logger, settings.Source.Name, waiting);
        }

        void Tell(string release, bool isNew, ImmutableArray<string> changed)
        {
            if (isNew)
            {
                LogPublishing(logger, settings.Source.Name, release, changed.Length <= MostNames ? string.Join(", ", changed) : $"{string.Join(", ", changed.Take(MostNames))} and {changed.Length - MostNames} more");
            }
            else
            {
                LogFollowing(logger, settings.Source.Name, release);
            }
        }
    }

    private static PublishedRelease? Read(StoredRelease stored) => JsonNode.Parse(stored.Json) is JsonObject json ? ReleaseText.Read(json, Instant.MinValue).Release : null;

    private Instant Now() => Instant.FromDateTimeOffset(clock.GetUtcNow());
}

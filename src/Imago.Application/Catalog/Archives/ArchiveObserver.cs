using System.Collections.Concurrent;
using System.Collections.Immutable;
using Imago.Domain.Images.Archives;
using NodaTime;

namespace Imago.Application.Catalog.Archives;

/// <summary>Reads all suites of an archive, and their snapshot where one is needed. Remembers what it read, so that an unchanged archive costs a question per suite.</summary>
public sealed class ArchiveObserver(IArchiveReader reader)
{
    private readonly ConcurrentDictionary<(string Archive, ArchivePocket Pocket, bool Snapshot), SuiteReading> _read = new();

    /// <summary>Looks at an archive.</summary>
    /// <param name="settings">The archive.</param>
    /// <param name="memory">What is remembered of it.</param>
    /// <param name="now">Now.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ArchiveException">It could not be read, or is not to be trusted.</exception>
    public async ValueTask<ArchiveObservation> ObserveAsync(ArchiveSettings settings, ArchiveMemory memory, Instant now, CancellationToken cancellation)
    {
        var live = await ReadAsync(settings, snapshot: null, now, cancellation);
        if (ArchiveReleases.SnapshotWanted(settings.Source, memory, live, now) is not { } moment)
        {
            return new ArchiveObservation(live, now);
        }

        try
        {
            return new ArchiveObservation(live, now) { Snapshot = await ReadAsync(settings, moment, now, cancellation) };
        }
        catch (ArchiveException missing) when (missing.Problem == ArchiveProblem.NotFound)
        {
            // The service has not got as far as that moment.
            return new ArchiveObservation(live, now);
        }
        catch (ArchiveException failure) when (failure.Problem == ArchiveProblem.Unreachable)
        {
            throw new ArchiveException(failure.Problem, $"{failure.Message} Where the snapshot service cannot be reached, set 'snapshots' and 'securitySnapshots' to None: levels are then states of the mirror.");
        }
    }

    private async ValueTask<ArchiveEdition> ReadAsync(ArchiveSettings settings, Domain.Images.PatchLevel? snapshot, Instant now, CancellationToken cancellation)
    {
        var suites = ImmutableArray.CreateBuilder<SuiteEdition>();
        foreach (var suite in settings.Source.Suites)
        {
            var key = (settings.Source.Name, suite.Pocket, snapshot is not null);
            var uri = snapshot is { } moment ? suite.SnapshotAt(moment)! : suite.Uri;
            var request = new SuiteRequest(suite, uri, settings.Source.Architecture, settings.Keyring, snapshot is not null, now);
            var reading = await reader.ReadAsync(request, _read.GetValueOrDefault(key), cancellation);
            _read[key] = reading;
            suites.Add(reading.Edition);
        }

        return new ArchiveEdition(suites.ToImmutable());
    }
}

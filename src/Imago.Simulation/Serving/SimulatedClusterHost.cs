using System.Collections.Concurrent;
using System.Text.Json;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Application.Storage;
using Imago.Simulation.Serving.Journal;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Simulation.Serving;

/// <summary>
/// Serves simulated clusters on the real clock. A world is what its journal says: it survives the process, and a world in which nothing happens is not in memory
/// at all. Safe for use from several threads.
/// </summary>
/// <param name="store">Where journals are kept.</param>
/// <param name="clock">The real clock.</param>
/// <param name="options">What the simulated infrastructure is like.</param>
/// <param name="trace">Who hears what happens in a cluster, by its key; null: nobody does. What a journal tells again is heard again.</param>
public sealed class SimulatedClusterHost(IStore store, TimeProvider clock, ServedClusterOptions options, Func<string, ITraceSink?>? trace = null) : IClusterHost, IClusterViewer
{
    // A world of a cluster that another process has taken over is no use to us.
    private static readonly Duration KeptAfterLease = Duration.FromMinutes(10);

    private readonly ConcurrentDictionary<string, ServedCluster> _open = new(StringComparer.Ordinal);

    /// <summary>Clusters in memory: those in which something is under way, and those that somebody works on.</summary>
    public int InMemory => _open.Count;

    /// <summary>Told the key of a cluster whenever a call has changed something in it.</summary>
    internal event Action<string>? Stirred;

    private Instant Now => Instant.FromDateTimeOffset(clock.GetUtcNow());

    public async ValueTask<IHostedCluster> OpenAsync(string clusterKey, StoredLease lease, CancellationToken cancellation)
    {
        ForgetTakenOver();

        // The epoch grows whenever the holder changes: under the same one nobody else can have written.
        if (_open.TryGetValue(clusterKey, out var present) && present.Lease.Epoch == lease.Epoch && !present.Discarded)
        {
            present.Open(lease);
            return new HostedWorld(present, this);
        }

        present?.Discard();
        var loaded = await LoadAsync(clusterKey, cancellation);
        var cluster = new ServedCluster(store, clock, lease, loaded) { Stirred = () => Stirred?.Invoke(clusterKey) };
        cluster.Open(lease);
        _open[clusterKey] = cluster;
        if (loaded.World is { } world && !string.Equals(JournalText.Write(world.World.State.Settings), JournalText.Write(options.Effective), StringComparison.Ordinal))
        {
            await SettleAsync(cluster, cancellation);
        }

        return new HostedWorld(cluster, this);
    }

    public async ValueTask ForgetAsync(string clusterKey, CancellationToken cancellation)
    {
        if (_open.TryRemove(clusterKey, out var present))
        {
            present.Discard();
        }

        // An empty picture takes the place of everything, also for a reader who still has the cluster in mind; a cluster of that name that is made later begins anew.
        if (await store.JournalAsync(clusterKey, cancellation) is { } journal)
        {
            var last = journal.Entries.IsEmpty ? journal.Snapshot?.UpToNumber ?? 0 : journal.Entries[^1].Number;
            var outcome = await store.CommitAsync(new StoreBatch { Snapshots = [new JournalSnapshot(clusterKey, last, ReadOnlyMemory<byte>.Empty)] }, cancellation);
            if (!outcome.Committed)
            {
                throw new ConnectionException($"Simulated cluster '{clusterKey}' could not be forgotten: the store refused it ({outcome.Conflict}). Try again.");
            }
        }
    }

    public async ValueTask<ClusterPicture?> LookAsync(string clusterKey, CancellationToken cancellation) => await ReadAsync(clusterKey, ServedCluster.PictureOf, cancellation);

    /// <summary>Asks a world without working on it, brought to now: the one in memory while its lease runs, else one made from the journal.</summary>
    internal async ValueTask<T> ReadAsync<T>(string clusterKey, Func<ServedWorld?, T> question, CancellationToken cancellation)
    {
        if (InMemoryOf(clusterKey) is { } present)
        {
            try
            {
                return await present.AskAsync(question, cancellation);
            }
            catch (SupersededException)
            {
                // Between the two lines it was; what is stored answers.
            }
        }

        var loaded = await LoadAsync(clusterKey, cancellation);
        loaded.World?.World.Time.StepTo(Now);
        return question(loaded.World);
    }

    /// <summary>The cluster in memory if nobody else can have written to it.</summary>
    internal ServedCluster? InMemoryOf(string clusterKey) =>
        _open.TryGetValue(clusterKey, out var present) && !present.Discarded && Now < present.Lease.ExpiresAt ? present : null;

    /// <summary>How the world of a new cluster begins: what its resource says about it, and a seed of its own.</summary>
    internal async ValueTask<WorldCall.Created> BeginningAsync(string clusterKey, Instant at, CancellationToken cancellation)
    {
        var resource = await store.FindAsync(clusterKey, cancellation);
        var facts = FactsReader.Read(clusterKey, resource, options.Workloads);

        // A cluster that is deleted and made again has other identities: the instant is in the seed.
        var seed = new Seed(1).Fork(clusterKey).Fork(at.ToUnixTimeTicks());
        return new WorldCall.Created(facts, seed.State, options.Effective);
    }

    internal async ValueTask CloseAsync(ServedCluster cluster)
    {
        var over = true;
        try
        {
            over = await cluster.CloseAsync(CancellationToken.None);
        }
        catch (Exception problem) when (problem is SupersededException or ConnectionException)
        {
            // The picture only saves time; who opens the cluster next reads the journal.
        }

        if (over)
        {
            _open.TryRemove(KeyValuePair.Create(cluster.Key, cluster));
        }
    }

    private async ValueTask SettleAsync(ServedCluster cluster, CancellationToken cancellation)
    {
        try
        {
            await cluster.CallAsync(_ => new WorldCall.Settled(options.Effective), cancellation);
        }
        catch (SupersededException problem)
        {
            throw new ConnectionException(problem.Message, problem);
        }
    }

    /// <summary>What is stored of a cluster, brought to life.</summary>
    internal async ValueTask<LoadedWorld> LoadAsync(string clusterKey, CancellationToken cancellation)
    {
        try
        {
            return await WorldLoading.LoadAsync(store, clusterKey, trace?.Invoke(clusterKey), cancellation);
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"Simulated cluster '{clusterKey}': the journal holds what this Imago does not understand. Start the Imago that wrote it, or a newer one. {problem.Message}", problem);
        }
    }

    private void ForgetTakenOver()
    {
        var now = Now;
        foreach (var (key, cluster) in _open)
        {
            if (cluster.Users == 0 && (cluster.Discarded || cluster.Lease.ExpiresAt + KeptAfterLease < now))
            {
                cluster.Discard();
                _open.TryRemove(KeyValuePair.Create(key, cluster));
            }
        }
    }
}

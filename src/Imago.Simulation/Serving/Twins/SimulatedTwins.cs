using System.Collections.Concurrent;
using System.Text.Json;
using Imago.Application.Attachments;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Application.Twins;
using NodaTime;

namespace Imago.Simulation.Serving.Twins;

/// <summary>
/// Finds simulated clusters as API servers. What is looked at or written to is in memory, and for a while after; a cluster that nobody looks at is not. Safe for use
/// from several threads.
/// </summary>
public sealed class SimulatedTwins : ITwinHost, IAsyncDisposable
{
    // After the last request.
    private static readonly Duration Kept = Duration.FromSeconds(30);

    // After the last write the cluster can be put away, though somebody may still watch it.
    private static readonly Duration OpenKept = Duration.FromSeconds(15);

    private static readonly Duration Sweep = Duration.FromSeconds(5);

    // Whether a cluster is there is not asked again for each request.
    private static readonly Duration Believed = Duration.FromSeconds(1);

    private readonly SimulatedClusterHost _host;
    private readonly IStore _store;
    private readonly EngineOptions _options;
    private readonly IEngineSignal _signal;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, TwinSession> _sessions = new(StringComparer.Ordinal);
    private readonly Lazy<ITimer> _sweeps;

    public SimulatedTwins(SimulatedClusterHost host, IStore store, EngineOptions options, IEngineSignal signal, TimeProvider clock)
    {
        (_host, _store, _options, _signal, _clock) = (host, store, options, signal, clock);
        _sweeps = new Lazy<ITimer>(() => clock.CreateTimer(_ => Sweeping(), null, Sweep.ToTimeSpan(), Sweep.ToTimeSpan()));
        host.Stirred += Stir;
    }

    /// <inheritdoc />
    public IReadOnlyCollection<ObjectKind> Kinds { get; } = [.. TwinKind.All.Select(k => k.Kind)];

    /// <summary>Clusters that somebody looks at, or has until a moment ago.</summary>
    public int InMemory => _sessions.Count;

    private Instant Now => Instant.FromDateTimeOffset(_clock.GetUtcNow());

    /// <inheritdoc />
    public async ValueTask<ITwin?> FindAsync(string clusterKey, CancellationToken cancellation)
    {
        if (_sessions.TryGetValue(clusterKey, out var known) && known.FoundAt + Believed > Now)
        {
            known.LastUse = Now;
            return new SimulatedTwin(known);
        }

        if (await _store.FindAsync(clusterKey, cancellation) is not { } resource
            || !string.Equals(resource.Type, ResourceTypes.ManagedCluster, StringComparison.OrdinalIgnoreCase)
            || await _store.FindAsync(AttachmentDocument.KeyOf(clusterKey), cancellation) is not null)
        {
            await ForgetAsync(clusterKey);
            return null;
        }

        var session = _sessions.GetOrAdd(clusterKey, key => new TwinSession(key, _host, _store, _options, _signal, _clock) { LastUse = Now });
        _ = _sweeps.Value;
        if (await session.ReadAsync<bool?>((world, _) => world.World.State.Stopped, cancellation) is not { } stopped)
        {
            return null;
        }

        // The control plane of a stopped cluster is not there to be asked.
        if (stopped)
        {
            throw new ConnectionException($"cluster '{clusterKey[(clusterKey.LastIndexOf('/') + 1)..]}' is stopped, and so is its API: start the cluster, and ask again");
        }

        session.Upgrades = Upgrades(resource);
        session.FoundAt = Now;
        return new SimulatedTwin(session);
    }

    /// <summary>Puts away what nobody uses any more.</summary>
    public async ValueTask RestAsync()
    {
        foreach (var (key, session) in _sessions)
        {
            try
            {
                await session.RestAsync(OpenKept);
                if (session is { IsWatched: false, IsOpen: false } && session.LastUse + Kept <= Now)
                {
                    await ForgetAsync(key);
                }
            }
            catch (Exception problem) when (problem is ConnectionException or StoreUnavailableException)
            {
                // Putting away only saves memory and time; the next round tries again.
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _host.Stirred -= Stir;
        if (_sweeps.IsValueCreated)
        {
            await _sweeps.Value.DisposeAsync();
        }

        foreach (var key in _sessions.Keys)
        {
            await ForgetAsync(key);
        }
    }

    private void Stir(string clusterKey)
    {
        if (_sessions.TryGetValue(clusterKey, out var session))
        {
            session.Stir();
        }
    }

    private void Sweeping() => _ = RestAsync().AsTask();

    private async ValueTask ForgetAsync(string clusterKey)
    {
        if (_sessions.TryRemove(clusterKey, out var session))
        {
            await session.DisposeAsync();
        }
    }

    // What clients change is of interest to the engine only if it upgrades nodes by itself.
    private static bool Upgrades(StoredResource resource)
    {
        using var document = JsonDocument.Parse(resource.Document);
        return document.RootElement.TryGetProperty("properties", out var properties)
            && properties.TryGetProperty("autoUpgradeProfile", out var profile) && profile.ValueKind == JsonValueKind.Object
            && profile.TryGetProperty("nodeOSUpgradeChannel", out var channel) && channel.ValueKind == JsonValueKind.String
            && channel.GetString() is "NodeImage" or "SecurityPatch";
    }
}

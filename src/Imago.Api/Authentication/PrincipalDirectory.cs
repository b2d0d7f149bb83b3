using System.Collections.Concurrent;
using Imago.Application.Storage;
using NodaTime;

namespace Imago.Api.Authentication;

/// <summary>Service principals by app id, as they were a short while ago: every request asks whether its principal may still be used.</summary>
internal sealed class PrincipalDirectory(IPrincipalStore store, TimeProvider clock)
{
    /// <summary>How long another process may not notice that a principal was disabled.</summary>
    public static readonly Duration Freshness = Duration.FromSeconds(15);

    // Unknown app ids are remembered, too; made-up ones must not fill the memory.
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, (ServicePrincipal? Principal, Instant At)> _known = new(StringComparer.OrdinalIgnoreCase);

    public async ValueTask<ServicePrincipal?> FindAsync(string appId, CancellationToken cancellation)
    {
        var now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        if (_known.TryGetValue(appId, out var known) && now - known.At < Freshness && now >= known.At)
        {
            return known.Principal;
        }

        var principal = await store.FindPrincipalAsync(appId.ToLowerInvariant(), cancellation);
        if (_known.Count >= Most)
        {
            _known.Clear();
        }

        _known[appId] = (principal, now);
        return principal;
    }

    public void Forget(string appId) => _known.TryRemove(appId, out _);
}

using System.Collections.Frozen;
using System.Collections.Immutable;
using Imago.Application.Storage;
using NodaTime;

namespace Imago.Api.Authorization;

/// <summary>All role assignments by principal, as they were a short while ago, or at once after a change made here.</summary>
internal sealed class RoleDirectory(IPrincipalStore store, TimeProvider clock) : IDisposable
{
    /// <summary>How long another process may not notice a change.</summary>
    public static readonly Duration Freshness = Duration.FromSeconds(15);

    private readonly SemaphoreSlim _turn = new(1);
    private volatile Known? _known;

    public async ValueTask<CallerAccess> OfAsync(string principalId, CancellationToken cancellation)
    {
        var known = _known;
        if (known is null || !IsFresh(known))
        {
            await _turn.WaitAsync(cancellation);
            try
            {
                known = _known;
                if (known is null || !IsFresh(known))
                {
                    // Read before the question is asked: a change that comes in between is seen by the next look.
                    var at = Now;
                    var all = await store.AssignmentsAsync(cancellation);
                    known = new Known(all.GroupBy(a => a.PrincipalId, StringComparer.OrdinalIgnoreCase)
                        .ToFrozenDictionary(g => g.Key, g => new CallerAccess(g), StringComparer.OrdinalIgnoreCase), at);
                    _known = known;
                }
            }
            finally
            {
                _turn.Release();
            }
        }

        return known.ByPrincipal.GetValueOrDefault(principalId) ?? CallerAccess.None;
    }

    /// <summary>To be called after every change.</summary>
    public void Invalidate() => _known = null;

    public void Dispose() => _turn.Dispose();

    private Instant Now => Instant.FromDateTimeOffset(clock.GetUtcNow());

    private bool IsFresh(Known known) => Now - known.At < Freshness && Now >= known.At;

    private sealed record Known(FrozenDictionary<string, CallerAccess> ByPrincipal, Instant At);
}

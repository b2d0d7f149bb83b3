using Imago.Domain.Images;
using NodaTime;

namespace Imago.Domain.Channels;

/// <summary>What the agent on a node does about an ordered patch level, as far as others reckon with it.</summary>
/// <remarks>Rules: CH-34, CH-35.</remarks>
public static class LivePatchAgent
{
    /// <summary>CH-35: from boot to the first look, and from one look to the next.</summary>
    public static readonly Duration LookInterval = Duration.FromMinutes(10);

    /// <summary>CH-35: longest run; one that takes longer is stopped and begins anew at a later look.</summary>
    public static readonly Duration RunLimit = Duration.FromMinutes(60);

    /// <summary>CH-35: how often the package step of one run is tried.</summary>
    public const int PackageAttempts = 10;

    /// <summary>When the agent of a node looks next; at or after now.</summary>
    /// <remarks>CH-35: ten minutes after boot, and every ten minutes from there.</remarks>
    public static Instant NextLook(Instant bootedAt, Instant now)
    {
        var first = bootedAt + LookInterval;
        if (now <= first)
        {
            return first;
        }

        var since = (now - first).BclCompatibleTicks;
        var every = LookInterval.BclCompatibleTicks;
        return first + Duration.FromTicks((since + every - 1) / every * every);
    }

    /// <summary>Whether the agent has something to do.</summary>
    /// <remarks>CH-34: nothing ordered means nothing to do, equal means done; anything else is a run, also towards an earlier level (NM-2).</remarks>
    public static bool HasWork(PatchLevel? desired, PatchLevel? reached) => desired is not null && desired != reached;
}

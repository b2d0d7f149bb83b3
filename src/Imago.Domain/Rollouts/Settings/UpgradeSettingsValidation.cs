using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Domain.Maintenance;
using NodaTime;

namespace Imago.Domain.Rollouts.Settings;

/// <summary>Checks upgrade settings by themselves; what depends on the pool is checked when a run starts (UP-23, UP-25, UP-31).</summary>
/// <remarks>Rules: UP-12…17, UP-23.</remarks>
public static class UpgradeSettingsValidation
{
    private static readonly Duration ShortestDrain = Duration.FromMinutes(5);
    private static readonly Duration LongestDrain = Duration.FromMinutes(1440);
    private static readonly Duration LongestSoak = Duration.FromMinutes(30);

    /// <summary>All problems of the settings, each with the name of its property as on the wire; empty when they are valid.</summary>
    public static ImmutableArray<Problem> Check(UpgradeSettings settings)
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();

        // UP-12, UP-13: an integer ≥ 0 or 1 %…100 %.
        Share("maxSurge", settings.MaxSurge);
        Share("maxUnavailable", settings.MaxUnavailable);
        Share("maxBlockedNodes", settings.MaxBlockedNodes);

        // UP-14: the service's minimum of 5 minutes counts, not the schema's 1.
        if (settings.DrainTimeout < ShortestDrain || settings.DrainTimeout > LongestDrain)
        {
            problems.Add(new("drainTimeoutInMinutes", $"A drain timeout of {settings.DrainTimeout.TotalMinutes:0.##} minutes is out of range: 5 to 1440 is allowed."));
        }

        // UP-15.
        if (settings.NodeSoak < Duration.Zero || settings.NodeSoak > LongestSoak)
        {
            problems.Add(new("nodeSoakDurationInMinutes", $"A node soak of {settings.NodeSoak.TotalMinutes:0.##} minutes is out of range: 0 to 30 is allowed."));
        }

        // UP-17: not below the surge, as far as both are written alike.
        if (settings.MaxBlockedNodes is { } blocked && settings.MaxSurge is { } surge && blocked.IsPercent == surge.IsPercent && blocked.Value < surge.Value)
        {
            problems.Add(new("maxBlockedNodes", $"Max blocked nodes '{blocked}' is below max surge '{surge}'. Raise it, or lower the surge."));
        }

        // UP-23: both at zero leave no room.
        if (settings is { MaxSurge: { IsZero: true }, MaxUnavailable: null or { IsZero: true } })
        {
            problems.Add(new("maxSurge", $"Max surge '{settings.MaxSurge}' with max unavailable '{settings.MaxUnavailable?.ToString() ?? "0"}' leaves no room to upgrade. Set at least one above zero."));
        }

        return problems.ToImmutable();

        void Share(string name, IntOrPercent? value)
        {
            if (value is { IsPercent: true, Value: < 1 or > 100 } percent)
            {
                problems.Add(new(name, $"'{percent}' is out of range: a whole number from 0 on, or 1% to 100%, is allowed."));
            }
        }
    }
}

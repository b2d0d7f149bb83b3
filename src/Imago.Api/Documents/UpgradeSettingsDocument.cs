using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Api.Documents;

/// <summary>From <c>upgradeSettings</c> of a pool to the domain's.</summary>
/// <remarks>Rules: UP-12…17, MW-53, UP-60, UP-150, UP-151, CH-13.</remarks>
internal static class UpgradeSettingsDocument
{
    /// <summary>The settings; what is not said has the domain's default.</summary>
    public static UpgradeSettings Read(JsonObject? document, OverrideSettings? force)
    {
        var settings = new UpgradeSettings { Override = force };
        return document is null ? settings : settings with
        {
            MaxSurge = Share(document, "maxSurge"),
            MaxUnavailable = Share(document, "maxUnavailable"),
            MaxBlockedNodes = Share(document, "maxBlockedNodes"),
            DrainTimeout = Minutes(document, "drainTimeoutInMinutes") ?? settings.DrainTimeout,
            NodeSoak = Minutes(document, "nodeSoakDurationInMinutes") ?? settings.NodeSoak,
            Undrainable = Named<UndrainableNodeBehavior>(document, "undrainableNodeBehavior") ?? settings.Undrainable,
            BarePods = Named<BarePods>(document, "barePods") ?? settings.BarePods,
            WindowClose = Named<WindowClose>(document, "windowClose") ?? settings.WindowClose,
            RebootPolicy = Named<RebootPolicy>(document, "rebootPolicy") ?? settings.RebootPolicy,
            Canary = Named<Canary>(document, "canary") ?? settings.Canary,
            CanarySoak = Minutes(document, "canarySoakInMinutes") ?? settings.CanarySoak,
            NodeReadyTimeout = Minutes(document, "nodeReadyTimeoutInMinutes") ?? settings.NodeReadyTimeout,
            UpgradePriority = (int?)document.Whole("upgradePriority") ?? settings.UpgradePriority,
        };
    }

    private static IntOrPercent? Share(JsonObject document, string name) => IntOrPercent.TryParse(document.Text(name), out var share) ? share : null;

    private static Duration? Minutes(JsonObject document, string name) => document.Whole(name) is { } minutes ? Duration.FromMinutes(minutes) : null;

    private static T? Named<T>(JsonObject document, string name)
        where T : struct, Enum => Enum.TryParse<T>(document.Text(name), out var value) ? value : null;
}

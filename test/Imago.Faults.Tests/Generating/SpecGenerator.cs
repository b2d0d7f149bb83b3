using System.Collections.Immutable;
using System.Globalization;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Faults.Tests.Generating;

/// <summary>What is asked of the cluster.</summary>
internal static class SpecGenerator
{
    public static readonly ImmutableArray<string> Families = ["AKSUbuntu-2204gen2containerd", "AKSUbuntu-2404gen2containerd", "AKSAzureLinux-V3gen2"];

    public static ClusterSpec Of(Dice dice) => new()
    {
        Name = "c",
        Channel = dice.Below(20) switch
        {
            < 12 => NodeOsChannel.NodeImage,
            < 18 => NodeOsChannel.SecurityPatch,
            18 => NodeOsChannel.None,
            _ => NodeOsChannel.Unmanaged,
        },
        LivePatching = dice.Chance(0.7),
        Window = dice.Chance(0.4) ? null : Window(dice),
        Support = dice.Chance(0.95) ? KubernetesSupport.Supported : KubernetesSupport.PlatformOnly,
        Attached = dice.Chance(0.5),
        Pools = Pools(dice),
    };

    /// <summary>The same, with some pools that keep pods without a controller.</summary>
    public static ClusterSpec WithBarePods(ClusterSpec spec, Dice dice) => spec with
    {
        Pools = [.. spec.Pools.Select(p => dice.Chance(0.35) ? p with { Settings = p.Settings with { BarePods = BarePods.Keep } } : p)],
    };

    /// <summary>The same, with pools that have pending reboots carried out where the OS patches itself.</summary>
    public static ClusterSpec WithReboots(ClusterSpec spec, Dice dice) => spec.Channel != NodeOsChannel.Unmanaged ? spec : spec with
    {
        Pools = [.. spec.Pools.Select(p => p with
        {
            Settings = p.Settings with { RebootPolicy = dice.Chance(0.85) ? RebootPolicy.Coordinated : RebootPolicy.None },
            Provider = p.Provider with { Reboots = dice.Chance(0.9) },
        })],
    };

    public static MaintenanceConfiguration Window(Dice dice)
    {
        var schedule = dice.Chance(0.65)
            ? new Schedule.Daily(dice.Pick(1, 1, 2))
            : (Schedule)new Schedule.Weekly(1, (IsoDayOfWeek)dice.Between(1, 7));
        var first = new LocalDate(2026, 8, 9 + dice.Below(4));
        var blocked = dice.Chance(0.3)
            ? ImmutableArray.Create(new BlockedDates(first.PlusDays(dice.Below(3)), first.PlusDays(dice.Between(3, 4))))
            : [];
        return new MaintenanceConfiguration(ConfigurationKind.NodeOsUpgrade, new MaintenanceWindow(
            schedule, dice.Pick(4, 4, 5, 8, 24), new LocalTime(dice.Below(24), dice.Pick(0, 0, 30)), Offset.FromHours(dice.Between(-12, 14)), first, blocked));
    }

    public static UpgradeSettings Settings(Dice dice)
    {
        var surge = dice.Below(10) switch
        {
            < 3 => null,
            < 6 => IntOrPercent.Of(dice.Between(1, 4)),
            < 8 => IntOrPercent.Percent(dice.Pick(10, 25, 33, 50, 100)),
            _ => (IntOrPercent?)IntOrPercent.Of(0),
        };
        IntOrPercent? unavailable = surge is { IsZero: true }
            ? dice.Chance(0.95) ? IntOrPercent.Of(dice.Between(1, 3)) : null
            : dice.Chance(0.25) ? dice.Pick(IntOrPercent.Of(1), IntOrPercent.Of(2), IntOrPercent.Percent(33)) : null;
        return new UpgradeSettings
        {
            MaxSurge = surge,
            MaxUnavailable = unavailable,
            DrainTimeout = dice.Minutes(5, 60),
            NodeSoak = dice.Chance(0.7) ? Duration.Zero : dice.Minutes(1, 30),
            Undrainable = dice.Pick(UndrainableNodeBehavior.Schedule, UndrainableNodeBehavior.Cordon),
            MaxBlockedNodes = dice.Chance(0.6) ? null : dice.Pick(IntOrPercent.Of(1), IntOrPercent.Of(3), IntOrPercent.Percent(50)),
            WindowClose = dice.Pick(WindowClose.FinishNode, WindowClose.FinishPool),
            Canary = dice.Chance(0.7) ? Canary.FirstNode : Canary.None,
            CanarySoak = dice.Minutes(0, 10),
            NodeReadyTimeout = dice.Minutes(4, 20),
            Override = dice.Chance(0.12) ? new OverrideSettings(true, Scenario.Start + Duration.FromHours(dice.Between(-2, 30))) : null,
            UpgradePriority = dice.Pick(100, 100, 50, 200),
        };
    }

    private static ImmutableArray<PoolSpec> Pools(Dice dice)
    {
        var pools = ImmutableArray.CreateBuilder<PoolSpec>();
        var count = dice.Pick(1, 1, 1, 2, 2, 3, 4);
        for (var i = 0; i < count; i++)
        {
            var settings = Settings(dice);
            var system = count > 1 && i == 0;
            pools.Add(new PoolSpec
            {
                Name = string.Create(CultureInfo.InvariantCulture, $"p{i}"),
                Mode = system ? PoolMode.System : PoolMode.User,
                Family = new ImageFamily(dice.PickFrom(Families)),
                Kubernetes = new KubernetesVersion(1, dice.Between(30, 36), 1),
                CreatedAtKubernetes = new KubernetesVersion(1, dice.Between(26, 32), 0),
                Settings = system && dice.Chance(0.9) ? settings with { MaxUnavailable = null, MaxSurge = settings.MaxSurge is { IsZero: true } ? null : settings.MaxSurge } : settings,
                Provider = dice.Chance(0.1) ? new ProviderCapabilities(CanSurge: false, SizeLimit: 1000) : ProviderCapabilities.Default with { SizeLimit = dice.Chance(0.05) ? 8 : 1000 },
                PinnedBySnapshot = dice.Chance(0.03),
            });
        }

        return pools.ToImmutable();
    }
}

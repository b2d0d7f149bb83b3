using NodaTime;

namespace Imago.Domain.Maintenance;

/// <summary>The three configurations a cluster may have, all at once (MW-1).</summary>
public enum ConfigurationKind
{
    /// <summary><c>default</c>: updates of our own agents and controllers (MW-5).</summary>
    Default,

    /// <summary><c>aksManagedAutoUpgradeSchedule</c>: Kubernetes version upgrades (MW-6).</summary>
    AutoUpgrade,

    /// <summary><c>aksManagedNodeOSUpgradeSchedule</c>: SecurityPatch and NodeImage (MW-7).</summary>
    NodeOsUpgrade,
}

/// <summary>Names of the configurations.</summary>
/// <remarks>Rules: MW-1…4.</remarks>
public static class ConfigurationNames
{
    // MW-4: misspellings in the docs are not aliases; this table is all there is.
    private static readonly (ConfigurationKind Kind, string Name)[] Table =
    [
        (ConfigurationKind.Default, "default"),
        (ConfigurationKind.AutoUpgrade, "aksManagedAutoUpgradeSchedule"),
        (ConfigurationKind.NodeOsUpgrade, "aksManagedNodeOSUpgradeSchedule"),
    ];

    /// <summary>MW-3: the canonical name.</summary>
    public static string NameOf(ConfigurationKind kind) => Array.Find(Table, t => t.Kind == kind).Name;

    /// <summary>The kind of a name, whatever its case (MW-3); null for any other name (MW-2).</summary>
    public static ConfigurationKind? Find(string name)
    {
        var at = Array.FindIndex(Table, t => string.Equals(t.Name, name, StringComparison.OrdinalIgnoreCase));
        return at < 0 ? null : Table[at].Kind;
    }

    /// <summary>MW-2: what to answer to any other name.</summary>
    public static string UnknownName(string name) =>
        $"Maintenance configuration '{name}': a cluster may only have {string.Join(", ", Table.Select(t => $"'{t.Name}'"))}. Use one of these names.";

    /// <summary>MW-59: which configuration goes first when windows overlap: version, node OS, default; never two at once.</summary>
    public static int Order(ConfigurationKind kind) => kind switch
    {
        ConfigurationKind.AutoUpgrade => 0,
        ConfigurationKind.NodeOsUpgrade => 1,
        _ => 2,
    };
}

/// <summary>A valid maintenance configuration.</summary>
/// <param name="Kind">Which of the three.</param>
/// <param name="Times">Its times.</param>
/// <param name="ChangedAt">When it was last changed; null if that is not known.</param>
public sealed record MaintenanceConfiguration(ConfigurationKind Kind, MaintenanceTimes Times, Instant? ChangedAt = null)
{
    /// <summary>The notice AKS asks for before a window starts.</summary>
    public static readonly Duration LeadTime = Duration.FromMinutes(15);

    /// <summary>
    /// Whether the configuration was changed less than 15 minutes before this window opened. It is honoured all the same: we read changes at once, so
    /// they count from the moment they are made, also while the window is open.
    /// </summary>
    /// <remarks>MW-50: honoured if made at least 15 minutes before the start; later changes count, too.</remarks>
    public bool ChangedLate(Window window) => ChangedAt is { } changed && window.Start - changed < LeadTime && changed < window.End;

    /// <summary>MW-60: whether <c>default</c> is written in a way that is honoured: weekly, or in the legacy form.</summary>
    public bool IsHonoured => Kind != ConfigurationKind.Default || Times is WeeklyHours or MaintenanceWindow { Schedule: Schedule.Weekly { IntervalWeeks: 1 } };

    /// <summary>MW-16: the start minutes (of the week, UTC) that more than 20 of the given clusters share, with how many do.</summary>
    public static IEnumerable<(int MinuteOfWeek, int Clusters)> CrowdedStarts(IEnumerable<MaintenanceConfiguration> ofClusters, Instant asOf) =>
        ofClusters.Select(c => c.Times.StateAt(asOf).Next).OfType<Window>()
            .GroupBy(w => MinuteOfWeek(w.OccurrenceStart))
            .Where(g => g.Count() > 20)
            .OrderBy(g => g.Key)
            .Select(g => (g.Key, g.Count()));

    private static int MinuteOfWeek(Instant instant)
    {
        var utc = instant.InUtc();
        return (((int)utc.DayOfWeek - 1) * 24 * 60) + (utc.Hour * 60) + utc.Minute;
    }
}

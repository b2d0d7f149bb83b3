using Imago.Domain.Maintenance;
using NodaTime;
using NodaTime.Text;

namespace Imago.Domain.Tests.Rollouts.Kit;

internal static class Windows
{
    /// <summary>Every day from a UTC time of day on.</summary>
    public static MaintenanceConfiguration Daily(string start, int hours, params BlockedDates[] blocked) => new(
        ConfigurationKind.NodeOsUpgrade,
        new MaintenanceWindow(new Schedule.Daily(1), hours, LocalTimePattern.CreateWithInvariantCulture("HH:mm").Parse(start).Value, Offset.Zero, new LocalDate(2026, 1, 1), [.. blocked]));
}

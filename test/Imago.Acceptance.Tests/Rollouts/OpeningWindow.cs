using System.Globalization;

namespace Imago.Acceptance.Tests.Rollouts;

/// <summary>A daily maintenance window of four hours that opens soon, in UTC; windows begin at whole minutes.</summary>
/// <param name="Start">When it opens.</param>
internal sealed record OpeningWindow(DateTimeOffset Start)
{
    // Time enough to arrange what is to happen in it.
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(15);

    public string StartDate => Start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public string StartTime => Start.ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>The body of a maintenance configuration.</summary>
    public object Body => Lasting(4);

    /// <summary>The same, of another length in hours.</summary>
    public object Lasting(int hours) => new
    {
        properties = new { maintenanceWindow = new { schedule = new { daily = new { intervalDays = 1 } }, durationHours = hours, utcOffset = "+00:00", startDate = StartDate, startTime = StartTime } },
    };

    /// <summary>The next one that does not open at once.</summary>
    /// <param name="now">The server's clock.</param>
    public static OpeningWindow After(DateTimeOffset now)
    {
        var earliest = now.ToUniversalTime() + Least;
        return new(new DateTimeOffset(earliest.Year, earliest.Month, earliest.Day, earliest.Hour, earliest.Minute, 0, TimeSpan.Zero).AddMinutes(1));
    }

    /// <summary>One that is open already. It began yesterday if that is what it takes, which a start date may not: then it opened at midnight.</summary>
    /// <param name="now">The server's clock.</param>
    public static OpeningWindow OpenAt(DateTimeOffset now)
    {
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var start = now.ToUniversalTime().AddMinutes(-2);
        return start < today ? new(today) : new(start.AddSeconds(-start.Second));
    }
}

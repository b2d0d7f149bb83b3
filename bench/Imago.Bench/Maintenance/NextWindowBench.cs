using BenchmarkDotNet.Attributes;
using Imago.Domain.Maintenance;
using NodaTime;

namespace Imago.Bench.Maintenance;

/// <summary>Next-window questions over schedules of every kind, with and without blocked dates, at instants up to thirty years after their start.</summary>
[MemoryDiagnoser]
public class NextWindowBench
{
    public const int Questions = 1_000_000;

    private static readonly Instant First = Instant.FromUtc(2024, 1, 1, 0, 0);

    // A prime number of minutes, about a week, so that questions fall on every weekday and hour.
    private static readonly Duration Step = Duration.FromMinutes(10_007);

    private readonly MaintenanceTimes[] _times = [.. Mixed()];

    [Benchmark(OperationsPerInvoke = Questions)]
    public long Ask() => Ask(Questions);

    /// <summary>Asks and adds the answers up, so that none can be left out.</summary>
    public long Ask(int questions)
    {
        var sum = 0L;
        for (var i = 0; i < questions; i++)
        {
            var at = First + (Step * (i % 1577));
            sum += _times[i % _times.Length].FirstEndingAfter(at)!.Value.Start.ToUnixTimeSeconds();
        }

        return sum;
    }

    private static IEnumerable<MaintenanceTimes> Mixed()
    {
        Schedule[] schedules =
        [
            new Schedule.Daily(1), new Schedule.Daily(3), new Schedule.Weekly(1, IsoDayOfWeek.Saturday), new Schedule.Weekly(4, IsoDayOfWeek.Tuesday),
            new Schedule.AbsoluteMonthly(1, 31), new Schedule.AbsoluteMonthly(6, 15), new Schedule.RelativeMonthly(1, WeekIndex.Last, IsoDayOfWeek.Sunday),
            new Schedule.RelativeMonthly(3, WeekIndex.Second, IsoDayOfWeek.Tuesday),
        ];
        BlockedDates[] blocked = [.. Enumerable.Range(2024, 10).Select(year => new BlockedDates(new LocalDate(year, 12, 20), new LocalDate(year + 1, 1, 6)))];
        foreach (var schedule in schedules)
        {
            yield return new MaintenanceWindow(schedule, 4, new LocalTime(1, 30), Offset.FromHoursAndMinutes(5, 30), new LocalDate(2024, 1, 1), []);
            yield return new MaintenanceWindow(schedule, 8, new LocalTime(22, 0), Offset.FromHours(-8), new LocalDate(2024, 1, 1), [.. blocked]);
        }

        yield return new WeeklyHours([new TimeInWeek(IsoDayOfWeek.Monday, [1, 2, 3]), new TimeInWeek(IsoDayOfWeek.Sunday, null)], []);
    }
}

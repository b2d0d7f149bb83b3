using System.CommandLine;
using System.Text.Json.Nodes;
using Imago.Cli.Remote;

namespace Imago.Cli.Maintenance;

/// <summary>A window in options, by the words of <c>az aks maintenanceconfiguration</c>.</summary>
internal sealed class ScheduleOptions
{
    private static readonly string[] Days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    private readonly Option<string?> _schedule = new("--schedule", "--schedule-type") { Description = "Kind of schedule: Daily, Weekly, AbsoluteMonthly or RelativeMonthly.", HelpName = "KIND" };
    private readonly Option<int?> _intervalDays = RemoteOptions.Number("--interval-days", "Every so many days [default: 1].");
    private readonly Option<int?> _intervalWeeks = RemoteOptions.Number("--interval-weeks", "Every so many weeks [default: 1].");
    private readonly Option<int?> _intervalMonths = RemoteOptions.Number("--interval-months", "Every so many months [default: 1].");
    private readonly Option<string?> _dayOfWeek = RemoteOptions.Choice("--day-of-week", "Day of a weekly or relative monthly schedule.", Days);
    private readonly Option<int?> _dayOfMonth = RemoteOptions.Number("--day-of-month", "Day of an absolute monthly schedule.");
    private readonly Option<string?> _weekIndex = RemoteOptions.Choice("--week-index", "Which of the month of a relative monthly schedule.", "First", "Second", "Third", "Fourth", "Last");
    private readonly Option<int?> _duration = RemoteOptions.Number("--duration", "Hours a window is open, 4 to 24.");
    private readonly Option<string?> _startTime = RemoteOptions.Text("--start-time", "When a window opens, for example 22:00.", "HH:MM");
    private readonly Option<string?> _startDate = RemoteOptions.Text("--start-date", "First day of the schedule [default: today].", "DATE");
    private readonly Option<string?> _utcOffset = RemoteOptions.Text("--utc-offset", "Offset of these times from UTC, for example +05:30; one to the west as --utc-offset=-08:00 [default: +00:00].", "±HH:MM");
    private readonly Option<string[]> _notAllowed = new("--not-allowed-dates")
    {
        Description = "Dates on which no window opens, both included; may be given several times.", HelpName = "FROM..TO", AllowMultipleArgumentsPerToken = true,
    };

    public Option[] All =>
        [_schedule, _intervalDays, _intervalWeeks, _intervalMonths, _dayOfWeek, _dayOfMonth, _weekIndex, _duration, _startTime, _startDate, _utcOffset, _notAllowed];

    /// <summary>Whether any of them was given.</summary>
    public bool AreGiven(ParseResult parsed) => All.Any(o => parsed.GetResult(o) is { Implicit: false });

    /// <summary>The document that the options describe.</summary>
    /// <exception cref="UsageException">Something is missing, or does not belong together; all of it is said.</exception>
    public JsonObject Document(ParseResult parsed)
    {
        var problems = new List<string>();
        var window = new JsonObject { ["schedule"] = Schedule(parsed, problems), ["durationHours"] = Needed(parsed.GetValue(_duration), _duration, problems) };
        Say(window, "utcOffset", parsed.GetValue(_utcOffset));
        Say(window, "startDate", parsed.GetValue(_startDate));
        window["startTime"] = Needed(parsed.GetValue(_startTime), _startTime, problems);
        var blocked = (parsed.GetValue(_notAllowed) ?? []).Select(range => Range(range, problems)).ToArray();
        if (blocked.Length > 0)
        {
            window["notAllowedDates"] = new JsonArray(blocked);
        }

        return problems.Count == 0
            ? new JsonObject { ["properties"] = new JsonObject { ["maintenanceWindow"] = window } }
            : throw new UsageException(string.Join('\n', problems));
    }

    private JsonObject Schedule(ParseResult parsed, List<string> problems)
    {
        var kind = parsed.GetValue(_schedule);
        var (name, parts) = kind?.ToUpperInvariant() switch
        {
            "DAILY" => ("daily", new[] { Part("intervalDays", _intervalDays) }),
            "WEEKLY" => ("weekly", [Part("intervalWeeks", _intervalWeeks), Part("dayOfWeek", _dayOfWeek)]),
            "ABSOLUTEMONTHLY" => ("absoluteMonthly", [Part("intervalMonths", _intervalMonths), Part("dayOfMonth", _dayOfMonth)]),
            "RELATIVEMONTHLY" => ("relativeMonthly", [Part("intervalMonths", _intervalMonths), Part("weekIndex", _weekIndex), Part("dayOfWeek", _dayOfWeek)]),
            _ => ("", Array.Empty<(string, Option)>()),
        };
        if (name.Length == 0)
        {
            problems.Add(kind is null ? "--schedule: the kind is missing. Write Daily, Weekly, AbsoluteMonthly or RelativeMonthly." : $"--schedule: '{kind}' is not known. Write Daily, Weekly, AbsoluteMonthly or RelativeMonthly.");
            return [];
        }

        var schedule = new JsonObject();
        foreach (var (member, option) in parts)
        {
            schedule[member] = option switch
            {
                Option<int?> { } number when member.StartsWith("interval", StringComparison.Ordinal) => parsed.GetValue(number) ?? 1,
                Option<int?> { } number => Needed(parsed.GetValue(number), number, problems),
                _ => Needed(parsed.GetValue((Option<string?>)option), option, problems),
            };
        }

        // What belongs to another kind would be lost without a word.
        problems.AddRange(new Option[] { _intervalDays, _intervalWeeks, _intervalMonths, _dayOfWeek, _dayOfMonth, _weekIndex }
            .Where(o => parsed.GetResult(o) is { Implicit: false } && !parts.Any(p => p.Item2 == o)).Select(o => $"{o.Name}: a {kind} schedule has none."));
        return new JsonObject { [name] = schedule };

        static (string, Option) Part(string member, Option option) => (member, option);
    }

    private static JsonNode? Needed(JsonNode? value, Option option, List<string> problems)
    {
        if (value is null)
        {
            problems.Add($"{option.Name} is missing: {option.Description}");
        }

        return value;
    }

    private static JsonObject Range(string text, List<string> problems)
    {
        var at = text.IndexOf("..", StringComparison.Ordinal);
        if (at <= 0)
        {
            problems.Add($"--not-allowed-dates: '{text}' is no range. Write for example 2026-12-20..2027-01-03.");
            return [];
        }

        return new JsonObject { ["start"] = text[..at], ["end"] = text[(at + 2)..] };
    }

    private static void Say(JsonObject document, string name, string? value)
    {
        if (value is not null)
        {
            document[name] = value;
        }
    }
}

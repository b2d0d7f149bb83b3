using System.Collections.Immutable;
using System.Text.Json;
using Imago.Domain.Maintenance;
using NodaTime;

namespace Imago.Application.Documents;

/// <summary>Reads maintenance configurations as Azure Resource Manager writes them.</summary>
/// <remarks>
/// Four shapes, told apart by what they hold: the resource (<c>properties</c> inside), the flat form that <c>az</c> prints, just the <c>properties</c>, and just the
/// <c>maintenanceWindow</c>. A document without a name is taken as the node OS schedule. Names that are not known are ignored, as Azure does: resources carry
/// read-only additions.
/// </remarks>
public static class MaintenanceDocument
{
    /// <summary>The largest document that is read: 1 MiB, a hundred times the largest valid one.</summary>
    public const int LargestBytes = 1024 * 1024;

    private const string TypeInIds = "/maintenanceConfigurations/";

    private static readonly string[] FieldsOfProperties = ["maintenanceWindow", "timeInWeek", "notAllowedTime"];
    private static readonly string[] FieldsOfWindow = ["schedule", "durationHours", "startTime", "utcOffset", "startDate", "notAllowedDates"];

    /// <summary>The configuration a document holds, or all its problems, each with its path in the document; an empty path is the document itself.</summary>
    /// <param name="utf8">The document; UTF-8, with or without a byte order mark.</param>
    /// <param name="asOf">An absent start date is the local date of this instant.</param>
    /// <param name="isStored">Whether the document counts as stored, so that its start date may lie in the past (MW-33).</param>
    public static (MaintenanceConfiguration? Value, ImmutableArray<Problem> Problems) Read(ReadOnlyMemory<byte> utf8, Instant asOf, bool isStored)
    {
        var (parsed, wrong) = JsonText.Parse(utf8, LargestBytes);
        if (parsed is null)
        {
            return (null, [new Problem("", wrong!)]);
        }

        using var document = parsed;
        return Read(document.RootElement, asOf, isStored);
    }

    private static (MaintenanceConfiguration? Value, ImmutableArray<Problem> Problems) Read(JsonElement root, Instant asOf, bool isStored)
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();
        if (root.ValueKind != JsonValueKind.Object)
        {
            var hint = root.ValueKind == JsonValueKind.Array ? " Put each configuration into a file of its own." : "";
            return (null, [new Problem("", $"A maintenance configuration is a JSON object, found {JsonFields.Kind(root)}.{hint}")]);
        }

        var top = JsonFields.Of(root, "", problems)!;
        var kind = ReadKind(top, problems);
        var draft = ReadDraft(top, problems);
        if (draft is null)
        {
            return (null, problems.ToImmutable());
        }

        // What has no name that counts is judged as the node OS schedule all the same, so that all its other problems are told at once.
        var (value, found) = MaintenanceValidation.Validate(draft, new ValidationContext(kind ?? ConfigurationKind.NodeOsUpgrade, asOf, isStored));

        // A value that could not be read is absent for the validation; that it is missing would be said a second time.
        var unreadable = problems.ToImmutable();
        problems.AddRange(found.Where(f => !unreadable.Any(u => Covers(u.Path, f.Path))));
        return problems.Count == 0 ? (value, []) : (null, problems.ToImmutable());
    }

    private static ConfigurationKind? ReadKind(JsonFields top, ImmutableArray<Problem>.Builder problems)
    {
        var name = top.Text("name");
        var at = "name";
        if (name is not null)
        {
            // A child resource in a template is named after its parent: "cluster/default".
            name = name[(name.LastIndexOf('/') + 1)..];
        }
        else if (top.Has("id") && top.Text("id") is { } id && id.LastIndexOf(TypeInIds, StringComparison.OrdinalIgnoreCase) is >= 0 and var type)
        {
            name = id[(type + TypeInIds.Length)..];
            at = "id";
        }

        if (name is null)
        {
            return ConfigurationKind.NodeOsUpgrade;
        }

        if (ConfigurationNames.Find(name) is { } kind)
        {
            return kind;
        }

        // MW-2: the server's answer lists the three names.
        problems.Add(new(at, ConfigurationNames.UnknownName(name.Length <= 60 ? name : name[..57] + "...")));
        return null;
    }

    private static MaintenanceDraft? ReadDraft(JsonFields top, ImmutableArray<Problem>.Builder problems)
    {
        if (top.Has("properties"))
        {
            var properties = top.Object("properties");
            return properties is null ? null : ReadProperties(properties);
        }

        if (Array.Exists(FieldsOfProperties, top.Has))
        {
            return ReadProperties(top);
        }

        if (Array.Exists(FieldsOfWindow, top.Has))
        {
            return new MaintenanceDraft { Window = ReadWindow(top), WindowPath = "" };
        }

        problems.Add(new(
            "",
            top.Has("value")
                ? "This is a list of maintenance configurations. Put each one into a file of its own."
                : "This is no maintenance configuration: it has none of 'properties', 'maintenanceWindow', 'schedule'."));
        return null;
    }

    private static MaintenanceDraft ReadProperties(JsonFields fields)
    {
        var window = fields.Object("maintenanceWindow");
        return new MaintenanceDraft
        {
            Path = fields.Path,
            Window = window is not null ? ReadWindow(window) : fields.Has("maintenanceWindow") ? new WindowDraft() : null,
            TimeInWeek = fields.List("timeInWeek", (e, path) => ReadTimeInWeek(fields, e, path)),
            NotAllowedTime = fields.List("notAllowedTime", (e, path) => ReadRange(fields, e, path)),
        };
    }

    private static WindowDraft ReadWindow(JsonFields fields)
    {
        var schedule = fields.Object("schedule");
        return new WindowDraft
        {
            Schedule = schedule is null ? null : new ScheduleDraft
            {
                Daily = ReadRecurrence(schedule, "daily", "intervalDays"),
                Weekly = ReadRecurrence(schedule, "weekly", "intervalWeeks"),
                AbsoluteMonthly = ReadRecurrence(schedule, "absoluteMonthly", "intervalMonths"),
                RelativeMonthly = ReadRecurrence(schedule, "relativeMonthly", "intervalMonths"),
            },
            DurationHours = fields.Number("durationHours"),
            StartTime = fields.Text("startTime"),
            UtcOffset = fields.Text("utcOffset"),
            StartDate = fields.Text("startDate"),
            NotAllowedDates = fields.List("notAllowedDates", (e, path) => ReadRange(fields, e, path)),
        };
    }

    private static RecurrenceDraft? ReadRecurrence(JsonFields schedule, string type, string interval)
    {
        var fields = schedule.Object(type);
        if (fields is null)
        {
            // Present but not an object: the type counts as chosen, so that no schedule is not told as well.
            return schedule.Has(type) ? new RecurrenceDraft() : null;
        }

        return new RecurrenceDraft
        {
            Interval = fields.Number(interval),
            DayOfWeek = fields.Text("dayOfWeek"),
            DayOfMonth = fields.Number("dayOfMonth"),
            WeekIndex = fields.Text("weekIndex"),
        };
    }

    private static TimeInWeekDraft ReadTimeInWeek(JsonFields parent, JsonElement element, string path)
    {
        var fields = parent.Element(element, path);
        return new(fields?.Text("day"), fields?.List("hourSlots", (slot, at) => fields.WholeNumber(slot, at) ?? 0));
    }

    private static RangeDraft ReadRange(JsonFields parent, JsonElement element, string path)
    {
        var fields = parent.Element(element, path);
        return new(fields?.Text("start"), fields?.Text("end"));
    }

    private static bool Covers(string outer, string inner) =>
        inner.StartsWith(outer, StringComparison.Ordinal) && (inner.Length == outer.Length || inner[outer.Length] is '.' or '[');
}

using System.Text.Json.Nodes;
using Imago.Api.Documents;
using Imago.Application.Storage;
using Imago.Contracts.ContainerService;
using Imago.Contracts.Errors;
using Imago.Contracts.Resources;
using Imago.Contracts.Schemas;
using Imago.Contracts.Versions;
using Imago.Domain.Maintenance;
using NodaTime;
using NodaTime.Text;

namespace Imago.Api.Admission;

/// <summary>Judges a PUT of a maintenance configuration. Pure: what is refused has changed nothing.</summary>
/// <remarks>Rules: MW-1…4, MW-20…37, MW-74, AZ-34, AZ-52, AZ-58, AZ-61.</remarks>
public static class MaintenanceAdmission
{
    private const string WindowPath = "properties.maintenanceWindow";

    // MW-32: `default` is limited to weekly from this version on, and the cluster schedule may be daily from that one on.
    private static readonly ApiVersion DefaultIsWeekly = ApiVersion.Of("2025-03-01");
    private static readonly ApiVersion ClusterMayBeDaily = ApiVersion.Of("2025-06-01");

    /// <summary>The write, or everything that is wrong with it; exactly one of them is given.</summary>
    /// <param name="id">The configuration.</param>
    /// <param name="stored">What is stored; null for a new one.</param>
    /// <param name="body">The request; not changed.</param>
    /// <param name="version">Its api-version.</param>
    /// <param name="now">Now; today follows from it.</param>
    public static (AdmittedConfiguration? Admitted, ArmRefusal? Refusal) Admit(ResourceId id, StoredResource? stored, JsonObject body, ApiVersion version, Instant now)
    {
        if (ConfigurationNames.Find(id.Name) is not { } kind)
        {
            // MW-2, MW-4.
            return (null, ArmRefusal.BadRequest(new ArmError(ErrorCodes.InvalidParameter, ConfigurationNames.UnknownName(id.Name), "name")));
        }

        var problems = new AdmissionProblems();
        var (requested, unread) = SchemaReader.Read(MaintenanceConfigurationSchema.Resource, body, version);
        problems.Add("", unread);
        var (root, _) = SchemaMerge.Replace(MaintenanceConfigurationSchema.Resource, requested, stored is null ? null : JsonReading.Parse(stored.Document), version);
        KeepOneForm(root, requested);
        var draft = MaintenanceDrafts.Of(root);

        // MW-27, MW-32: before it was limited to weekly, 'default' took every schedule; MW-60 says what becomes of such a one.
        var takesAll = kind == ConfigurationKind.Default && version < DefaultIsWeekly && draft.Window is not null;
        var context = new ValidationContext(takesAll ? ConfigurationKind.NodeOsUpgrade : kind, now, IsStored: false, stored is null ? null : MaintenanceDrafts.Stored(stored));
        var (value, found) = MaintenanceValidation.Validate(draft, context);
        problems.AddUnlessKnown("", found);
        if (kind == ConfigurationKind.AutoUpgrade && version < ClusterMayBeDaily && draft.Window?.Schedule?.Daily is not null)
        {
            // MW-26, MW-32.
            problems.Add($"{WindowPath}.schedule.daily",
                $"Configuration '{ConfigurationNames.NameOf(kind)}' allows a 'daily' schedule from api-version {ClusterMayBeDaily} on; the request's is {version}. Use a newer one, or another schedule.");
        }

        if (problems.Any || value is null)
        {
            return (null, problems.Refusal());
        }

        Complete(root, value, now);
        var before = stored is null ? null : JsonReading.Parse(stored.Document);
        return (new AdmittedConfiguration(ConfigurationNames.NameOf(kind), stored is null, root.ToJsonString(), before is null || !JsonNode.DeepEquals(before, root)), null);
    }

    // Two forms of one thing: what an unknown property of the form that goes would leave behind (SchemaMerge) is not a second form. AZ-61: an empty list of
    // blocked times, which az always sends for 'default' (AZ-34), is dropped.
    private static void KeepOneForm(JsonObject root, JsonObject requested)
    {
        var properties = root.Inner("properties");
        foreach (var form in (ReadOnlySpan<string>)["maintenanceWindow", "timeInWeek", "notAllowedTime"])
        {
            if (requested.Object("properties")?[form] is null or JsonArray { Count: 0 })
            {
                properties.Remove(form);
            }
        }
    }

    private static void Complete(JsonObject root, MaintenanceConfiguration value, Instant now)
    {
        var properties = root.Inner("properties");
        // MW-74: only what the present form can say exactly.
        if (value.Times is WeeklyHours hours && hours.ToWindow(now.InUtc().Date) is { } window)
        {
            properties.Remove("timeInWeek");
            properties["maintenanceWindow"] = Write(window);
        }
        else if (value.Times is MaintenanceWindow present)
        {
            // AZ-61, MW-24: filled in by the server, so that the schedule has an anchor; MW-23.
            var document = properties.Inner("maintenanceWindow");
            document["startDate"] = MaintenanceDrafts.DateText(present.StartDate);
            document.Default("utcOffset", "+00:00");
        }
    }

    private static JsonObject Write(MaintenanceWindow window) => new()
    {
        ["schedule"] = new JsonObject
        {
            ["weekly"] = new JsonObject { ["intervalWeeks"] = 1, ["dayOfWeek"] = ((Schedule.Weekly)window.Schedule).Day.ToString() },
        },
        ["durationHours"] = window.DurationHours,
        ["utcOffset"] = "+00:00",
        ["startDate"] = MaintenanceDrafts.DateText(window.StartDate),
        ["startTime"] = LocalTimePattern.CreateWithInvariantCulture("HH:mm").Format(window.StartTime),
    };
}

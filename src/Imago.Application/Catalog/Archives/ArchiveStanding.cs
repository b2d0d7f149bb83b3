using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Text;

namespace Imago.Application.Catalog.Archives;

/// <summary>One suite of an archive as it was seen last.</summary>
public sealed record SuiteSeen(string Suite, string Uri, Instant Date);

/// <summary>How an archive stood at the last look, by whichever replica it was.</summary>
public sealed record ArchiveStanding
{
    /// <summary>When it was looked at last.</summary>
    public Instant? LookedAt { get; init; }

    /// <summary>When it could last be read and trusted.</summary>
    public Instant? ReadAt { get; init; }

    /// <summary>What is wrong, in one word; null: nothing.</summary>
    public ArchiveProblem? Problem { get; init; }

    /// <summary>What is wrong, or is waited for, for people; null: nothing.</summary>
    public string? Message { get; init; }

    /// <summary>The suites as they were seen last.</summary>
    public ImmutableArray<SuiteSeen> Suites { get; init; } = [];

    /// <summary>Writes it; reading it gives the same.</summary>
    public string Write() => new JsonObject
    {
        ["lookedAt"] = Text(LookedAt),
        ["readAt"] = Text(ReadAt),
        ["problem"] = Problem?.ToString(),
        ["message"] = Message,
        ["suites"] = new JsonArray([.. Suites.Select(s => new JsonObject { ["suite"] = s.Suite, ["uri"] = s.Uri, ["date"] = Text(s.Date) })]),
    }.ToJsonString();

    /// <summary>Reads it; what cannot be read counts as not known.</summary>
    public static ArchiveStanding Read(string? text)
    {
        try
        {
            return text is not null && JsonNode.Parse(text) is JsonObject json
                ? new ArchiveStanding
                {
                    LookedAt = Moment(json, "lookedAt"),
                    ReadAt = Moment(json, "readAt"),
                    Problem = Enum.TryParse<ArchiveProblem>(Text(json, "problem"), out var problem) ? problem : null,
                    Message = Text(json, "message"),
                    Suites = [.. (json["suites"] as JsonArray ?? []).OfType<JsonObject>().Select(s => new SuiteSeen(Text(s, "suite") ?? "", Text(s, "uri") ?? "", Moment(s, "date") ?? default))],
                }
                : new ArchiveStanding();
        }
        catch (JsonException)
        {
            return new ArchiveStanding();
        }
    }

    private static string? Text(Instant? at) => at is { } moment ? InstantPattern.ExtendedIso.Format(moment) : null;

    private static string? Text(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static Instant? Moment(JsonObject json, string name) => InstantPattern.ExtendedIso.Parse(Text(json, name) ?? "") is { Success: true } parsed ? parsed.Value : null;
}

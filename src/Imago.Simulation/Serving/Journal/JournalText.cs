using System.Text.Json;
using System.Text.Json.Serialization;
using Imago.Domain.Images;
using NodaTime;

namespace Imago.Simulation.Serving.Journal;

/// <summary>One call with the instant at which it reached the world.</summary>
/// <param name="At">Nothing that was planned up to and including this instant was still to happen.</param>
/// <param name="Call">The call.</param>
internal sealed record JournalLine(Instant At, WorldCall Call);

/// <summary>Journal entries as the JSON text that is stored. Instants and durations are nanoseconds, so that nothing is lost.</summary>
internal static class JournalText
{
    // Not source-generated: generated code forgets the initial values of members that are not in the text.
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(), new InstantNanoseconds(), new DurationNanoseconds(), new PatchLevelText() },
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <summary>What a text says.</summary>
    /// <exception cref="JsonException">The text is not what it should be: somebody changed the journal by hand, or a newer Imago wrote it.</exception>
    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("A journal entry cannot be null.");

    private sealed class InstantNanoseconds : JsonConverter<Instant>
    {
        public override Instant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            NodaConstants.UnixEpoch + Duration.FromNanoseconds(reader.GetInt64());

        public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options) =>
            writer.WriteNumberValue((value - NodaConstants.UnixEpoch).ToInt64Nanoseconds());
    }

    private sealed class DurationNanoseconds : JsonConverter<Duration>
    {
        public override Duration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Duration.FromNanoseconds(reader.GetInt64());

        public override void Write(Utf8JsonWriter writer, Duration value, JsonSerializerOptions options) => writer.WriteNumberValue(value.ToInt64Nanoseconds());
    }

    private sealed class PatchLevelText : JsonConverter<PatchLevel>
    {
        public override PatchLevel Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            PatchLevel.TryParse(reader.GetString(), out var level) ? level : throw new JsonException("A patch level is written YYYYMMDDThhmmssZ.");

        public override void Write(Utf8JsonWriter writer, PatchLevel value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}

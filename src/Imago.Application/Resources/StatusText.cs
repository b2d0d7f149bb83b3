using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;
using NodaTime.Text;

namespace Imago.Application.Resources;

/// <summary>Statuses as the JSON text that is stored. Members that are null are left out, unknown ones ignored, so that an older status always reads.</summary>
public static class StatusText
{
    // Not source-generated: generated code forgets the initial values of members that are not in the text.
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(), new InstantConverter() },
    };

    public static string Write(ClusterStatus status) => JsonSerializer.Serialize(status, Options);

    public static string Write(PoolStatus status) => JsonSerializer.Serialize(status, Options);

    public static string Write(AttachmentStatus status) => JsonSerializer.Serialize(status, Options);

    public static ClusterStatus ReadCluster(string json) => JsonSerializer.Deserialize<ClusterStatus>(json, Options)!;

    public static PoolStatus ReadPool(string json) => JsonSerializer.Deserialize<PoolStatus>(json, Options)!;

    public static AttachmentStatus ReadAttachment(string json) => JsonSerializer.Deserialize<AttachmentStatus>(json, Options)!;
}

/// <summary>Instants as ISO 8601 in UTC, to the nanosecond.</summary>
internal sealed class InstantConverter : JsonConverter<Instant>
{
    public override Instant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        InstantPattern.ExtendedIso.Parse(reader.GetString() ?? "").GetValueOrThrow();

    public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options) =>
        writer.WriteStringValue(InstantPattern.ExtendedIso.Format(value));
}

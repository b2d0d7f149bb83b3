using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Imago.Domain.Clusters;
using NodaTime;

namespace Imago.Simulation.Tests.Dumps;

/// <summary>A value with everything in it as text, so that two can be compared whole: records with arrays compare by reference.</summary>
internal static class BlueprintText
{
    private static readonly JsonSerializerOptions Options = new()
    {
        IncludeFields = true,
        WriteIndented = true,
        Converters = { new SortedLabels(), new AsText<Duration>(), new AsText<Instant>(), new AsText<Domain.Images.KubernetesVersion>(), new SelectorText() },
    };

    public static string Of<T>(T value) => JsonSerializer.Serialize(value, Options);

    private sealed class SortedLabels : JsonConverter<ImmutableDictionary<string, string>>
    {
        public override ImmutableDictionary<string, string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, ImmutableDictionary<string, string> value, JsonSerializerOptions options) =>
            writer.WriteStringValue(string.Join(",", value.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}")));
    }

    private sealed class AsText<T> : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value!.ToString());
    }

    private sealed class SelectorText : JsonConverter<LabelSelector>
    {
        public override LabelSelector Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, LabelSelector value, JsonSerializerOptions options) => writer.WriteStringValue(
            value.Equals(LabelSelector.Nothing)
                ? "nothing"
                : string.Join(" & ", value.Requirements.Select(r => $"{r.Key} {r.Operator} {string.Join("|", r.Values)}")));
    }
}

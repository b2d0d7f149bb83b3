using System.Text.Json;
using System.Text.Json.Serialization;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using NodaTime;
using NodaTime.Text;

namespace Imago.Application.History.Json;

/// <summary>A value that is written as one text.</summary>
internal abstract class TextConverter<T> : JsonConverter<T>
{
    public sealed override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString() ?? "";
        return Parse(text) is (true, var value) ? value : throw new JsonException($"'{text}' is not a {typeof(T).Name}.");
    }

    public sealed override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Format(value));

    public sealed override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader, typeToConvert, options);

    public sealed override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WritePropertyName(Format(value));

    protected abstract (bool Success, T Value) Parse(string text);

    protected abstract string Format(T value);
}

internal sealed class DurationConverter : TextConverter<Duration>
{
    protected override (bool Success, Duration Value) Parse(string text) =>
        DurationPattern.JsonRoundtrip.Parse(text) is { Success: true, Value: var value } ? (true, value) : (false, default);

    protected override string Format(Duration value) => DurationPattern.JsonRoundtrip.Format(value);
}

internal sealed class PatchLevelConverter : TextConverter<PatchLevel>
{
    protected override (bool Success, PatchLevel Value) Parse(string text) => (PatchLevel.TryParse(text, out var level), level);

    protected override string Format(PatchLevel value) => value.ToString();
}

internal sealed class IntOrPercentConverter : TextConverter<IntOrPercent>
{
    protected override (bool Success, IntOrPercent Value) Parse(string text) => (IntOrPercent.TryParse(text, out var value), value);

    protected override string Format(IntOrPercent value) => value.ToString();
}

internal sealed class KubernetesVersionConverter : TextConverter<KubernetesVersion>
{
    protected override (bool Success, KubernetesVersion Value) Parse(string text) => (KubernetesVersion.TryParse(text, out var version), version);

    protected override string Format(KubernetesVersion value) => value.ToString();
}

internal sealed class ImageFamilyConverter : TextConverter<ImageFamily>
{
    protected override (bool Success, ImageFamily Value) Parse(string text) => (text.Length > 0, new ImageFamily(text));

    protected override string Format(ImageFamily value) => value.Name;
}

internal sealed class LocalDateConverter : TextConverter<LocalDate>
{
    protected override (bool Success, LocalDate Value) Parse(string text) => LocalDatePattern.Iso.Parse(text) is { Success: true, Value: var value } ? (true, value) : (false, default);

    protected override string Format(LocalDate value) => LocalDatePattern.Iso.Format(value);
}

internal sealed class LocalTimeConverter : TextConverter<LocalTime>
{
    protected override (bool Success, LocalTime Value) Parse(string text) => LocalTimePattern.ExtendedIso.Parse(text) is { Success: true, Value: var value } ? (true, value) : (false, default);

    protected override string Format(LocalTime value) => LocalTimePattern.ExtendedIso.Format(value);
}

internal sealed class OffsetConverter : TextConverter<Offset>
{
    protected override (bool Success, Offset Value) Parse(string text) => OffsetPattern.GeneralInvariant.Parse(text) is { Success: true, Value: var value } ? (true, value) : (false, default);

    protected override string Format(Offset value) => OffsetPattern.GeneralInvariant.Format(value);
}

/// <summary><c>namespace/name</c>: neither part can contain a slash in Kubernetes.</summary>
internal sealed class ObjectKeyConverter : TextConverter<ObjectKey>
{
    protected override (bool Success, ObjectKey Value) Parse(string text) =>
        text.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? (true, new ObjectKey(text[..slash], text[(slash + 1)..])) : (false, default);

    protected override string Format(ObjectKey value) => value.ToString();
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Imago.Application.Resources;

namespace Imago.Application.History.Json;

/// <summary>
/// How the domain's values are written into history. Members that are null are left out, unknown ones ignored, and what can be computed is not written: an older
/// text always reads, and new code sees what it would have seen then.
/// </summary>
internal static class HistoryJson
{
    // Not source-generated: generated code forgets the initial values of members that are not in the text.
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
        MaxDepth = 32,
        Converters =
        {
            new JsonStringEnumConverter(),
            new InstantConverter(),
            new DurationConverter(),
            new PatchLevelConverter(),
            new IntOrPercentConverter(),
            new KubernetesVersionConverter(),
            new ImageFamilyConverter(),
            new ObjectKeyConverter(),
            new NodeImageConverter(),
            new TargetConverter(),
            new LocalDateConverter(),
            new LocalTimeConverter(),
            new OffsetConverter(),
            new SelectorConverter(),
            new TimesConverter(),
            new ActionConverter(),
            new SortedNamesConverter(),
            new SortedMapConverter(),
        },
    };
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Imago.Domain.Clusters;
using NodaTime;
using NodaTime.Text;

namespace Imago.Kubernetes.Clusters;

/// <summary>The mark that goes with a cordon of ours, as the value of annotation <see cref="NodeAnnotations.CordonMark"/>: JSON that people can read with <c>kubectl describe node</c>.</summary>
/// <remarks>Rules: UP-155.</remarks>
internal static class CordonMarkText
{
    public static string Write(CordonMark mark) =>
        JsonSerializer.Serialize(new CordonMarkWire(mark.Rollout, mark.Reason, InstantPattern.ExtendedIso.Format(mark.Since), mark.WasUnschedulable), CordonMarkJson.Default.CordonMarkWire);

    /// <summary>Reads a mark.</summary>
    /// <returns>Null when there is none. What somebody made unreadable is still ours, but what was before is not known any more: the cordon then stays where it is.</returns>
    public static CordonMark? Read(string? text)
    {
        if (text is null)
        {
            return null;
        }

        try
        {
            if (JsonSerializer.Deserialize(text, CordonMarkJson.Default.CordonMarkWire) is { Rollout: { } rollout } wire && InstantPattern.ExtendedIso.Parse(wire.Since ?? "") is { Success: true } since)
            {
                return new CordonMark(rollout, wire.Reason ?? "", since.Value, wire.WasUnschedulable);
            }
        }
        catch (JsonException)
        {
            // Below.
        }

        return new CordonMark("", "unreadable mark", Instant.FromUnixTimeTicks(0), WasUnschedulable: true);
    }
}

/// <summary>A mark as it is written.</summary>
internal sealed record CordonMarkWire(string? Rollout, string? Reason, string? Since, bool WasUnschedulable);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CordonMarkWire))]
internal sealed partial class CordonMarkJson : JsonSerializerContext;

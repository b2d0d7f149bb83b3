using System.Collections.Immutable;
using System.Text.Json;
using Imago.Domain.Rollouts.Explanations;

namespace Imago.Cli.Json;

/// <summary>Reasons of a node, alike in every answer that has them.</summary>
internal static class ReasonsJson
{
    public static void WriteReasons(this Utf8JsonWriter json, ImmutableArray<Reason> reasons) => json.WriteObjects("reasons", reasons, (writer, reason) =>
    {
        writer.WriteString("code", reason.Code.ToString());
        writer.WriteString("message", reason.Message);
        writer.WriteInstant("until", reason.Until);
        writer.WriteString("event", reason.Event);
    });
}

using System.Text.Json;
using Imago.Application.History.Json;
using Imago.Domain.Rollouts.Records;

namespace Imago.Application.History;

/// <summary>Rollout records as JSON text, for history and for worlds that keep their records as text. All members are written.</summary>
public static class RecordText
{
    /// <summary>The text of a record.</summary>
    public static string Write(RolloutRecord record) => JsonSerializer.Serialize(record, HistoryJson.Options);

    /// <summary>The record of a text.</summary>
    /// <exception cref="JsonException">The text is not a record.</exception>
    public static RolloutRecord Read(string json) =>
        JsonSerializer.Deserialize<RolloutRecord>(json, HistoryJson.Options) ?? throw new JsonException("A rollout record cannot be null.");
}

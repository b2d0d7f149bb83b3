using System.Text.Json;
using System.Text.Json.Serialization;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Verdicts;

/// <summary>Versions of kernel and C library when the agent first looked in this boot.</summary>
/// <param name="BootId">The boot.</param>
/// <param name="Versions">Versions by name and architecture.</param>
internal sealed record BootRecord(string BootId, Dictionary<string, string> Versions)
{
    /// <summary>Reads the record; null if there is none of this boot.</summary>
    public static BootRecord? Find(MachineRoot root, MachineSettings settings, string bootId)
    {
        try
        {
            return root.Read(File(settings)) is { } text && JsonSerializer.Deserialize(text, BootRecordJson.Default.BootRecord) is { } record && record.BootId == bootId ? record : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Keep(MachineRoot root, MachineSettings settings) => root.Write(File(settings), JsonSerializer.Serialize(this, BootRecordJson.Default.BootRecord));

    private static string File(MachineSettings settings) => settings.StateDirectory.TrimEnd('/') + "/boot.json";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BootRecord))]
internal sealed partial class BootRecordJson : JsonSerializerContext;

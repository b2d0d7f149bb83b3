using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Imago.NodeOs.Apt;

/// <summary>What has to be known of the time before a transaction, kept on disk because the process may not live to its end.</summary>
/// <param name="Plan">Which plan it belongs to.</param>
/// <param name="Packages">Packages as they were, by name and architecture.</param>
internal sealed record BeforeRun(string Plan, Dictionary<string, string> Packages)
{
    private const string File = "before.json";

    /// <summary>Writes down what is installed, unless that was done for this plan before: a run that was killed has already changed some of it.</summary>
    public static void Keep(AptFolder folder, PatchPlan plan, InstalledState installed)
    {
        if (Find(folder, plan) is null)
        {
            folder.WriteState(File, JsonSerializer.Serialize(new BeforeRun(Identity(plan), installed.Packages.ToDictionary(p => $"{p.Name}:{p.Architecture}", p => p.Version, StringComparer.Ordinal)), AptStateJson.Default.BeforeRun));
        }
    }

    /// <summary>What was installed before this plan; null if it was never begun.</summary>
    public static BeforeRun? Find(AptFolder folder, PatchPlan plan)
    {
        try
        {
            return folder.ReadState(File) is { } text && JsonSerializer.Deserialize(text, AptStateJson.Default.BeforeRun) is { } before && before.Plan == Identity(plan) ? before : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>NM-47: what changed although the plan does not name it, for people.</summary>
    public ImmutableArray<string> Unplanned(PatchPlan plan, InstalledState now)
    {
        var planned = plan.Changes.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var after = now.Packages.ToDictionary(p => $"{p.Name}:{p.Architecture}", p => p.Version, StringComparer.Ordinal);
        return
        [
            .. Packages.Keys.Union(after.Keys, StringComparer.Ordinal).Where(k => !planned.Contains(k.Split(':')[0])).Order(StringComparer.Ordinal)
                .Select(k => (Package: k.Split(':')[0], Was: Packages.GetValueOrDefault(k), Is: after.GetValueOrDefault(k))).Where(x => x.Was != x.Is)
                .Select(x => x.Was is null ? $"{x.Package} {x.Is} was added" : x.Is is null ? $"{x.Package} {x.Was} was removed" : $"{x.Package} went from {x.Was} to {x.Is}"),
        ];
    }

    private static string Identity(PatchPlan plan) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{plan.Goal.Level} {plan.Goal.Content}\n" + string.Concat(plan.Changes.Select(c => $"{c.Name}:{c.Architecture} {c.From} {c.To}\n")))));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BeforeRun))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class AptStateJson : JsonSerializerContext;

using System.Collections.Immutable;
using System.Text.Json;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Dumps;

/// <summary>The taints of a node, without those that only repeat its condition: the world derives those from the condition itself.</summary>
internal static class TaintReader
{
    public static TaintEffect? Effect(string? text) => text switch
    {
        "NoSchedule" => TaintEffect.NoSchedule,
        "PreferNoSchedule" => TaintEffect.PreferNoSchedule,
        "NoExecute" => TaintEffect.NoExecute,
        _ => null,
    };

    public static ImmutableArray<Taint> Read(JsonElement spec, Notes notes)
    {
        var taints = new List<Taint>();
        foreach (var taint in spec.Each("taints"))
        {
            if (taint.Text("key") is not { } key || Effect(taint.Text("effect")) is not { } effect)
            {
                notes.Add("A taint with an effect that is not modelled is left out");
            }
            else if (!RepeatsCondition(key))
            {
                taints.Add(new Taint(key, taint.Text("value") ?? "", effect));
            }
        }

        return [.. taints.OrderBy(t => t.Key, StringComparer.Ordinal).ThenBy(t => t.Effect)];
    }

    private static bool RepeatsCondition(string key) => key is
        "node.kubernetes.io/unschedulable" or "node.kubernetes.io/not-ready" or "node.kubernetes.io/unreachable"
        or "node.kubernetes.io/memory-pressure" or "node.kubernetes.io/disk-pressure" or "node.kubernetes.io/pid-pressure"
        or "node.kubernetes.io/network-unavailable";
}

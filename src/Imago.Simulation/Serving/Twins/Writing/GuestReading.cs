using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Dumps;
using Imago.Simulation.Serving.Twins.Rendering;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Serving.Twins.Writing;

/// <summary>What the document of a guest means to the world.</summary>
internal static class GuestReading
{
    private static readonly ImmutableArray<string> Pressures = ["MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"];

    /// <summary>What it is made like. It belongs to no pool of the cluster, whatever its labels say: whoever makes machines did not make this one.</summary>
    public static NodeBlueprint Blueprint(string name, JsonObject document)
    {
        var read = NodeReader.Read(JsonSerializer.SerializeToElement(document), name, poolLabel: null, new Notes());
        var status = document.Child("status");
        return read with
        {
            Pool = "",
            PoolSource = "",
            Managed = false,
            AutoProvisioned = false,

            // Nothing fits onto a machine that has not said how large it is.
            Allocatable = status.Child("allocatable") is null && status.Child("capacity") is null ? Resources.None : read.Allocatable,
        };
    }

    public static GuestReadiness Readiness(JsonObject document) => StatusOf(document, "Ready") switch
    {
        "True" => GuestReadiness.Ready,
        "False" => GuestReadiness.NotReady,
        _ => GuestReadiness.Unknown,
    };

    public static bool IsUnderPressure(JsonObject document) => Pressures.Any(p => StatusOf(document, p) is "True");

    /// <summary>Status of a condition; null: it does not say.</summary>
    public static string? StatusOf(JsonObject document, string type) => Conditions(document).FirstOrDefault(c => c.Text("type") == type)?.Text("status");

    public static IEnumerable<JsonObject> Conditions(JsonObject document) => (document.Child("status")?["conditions"] as JsonArray ?? []).OfType<JsonObject>();

    /// <summary>What the API refuses in such a document.</summary>
    public static void Check(JsonObject document, ImmutableArray<TwinCause>.Builder problems)
    {
        foreach (var (taint, at) in (document.Child("spec")?["taints"] as JsonArray ?? []).Select((t, i) => (t as JsonObject, $"spec.taints[{i}]")))
        {
            if (taint.Text("key") is not { Length: > 0 })
            {
                problems.Add(Refusals.Required($"{at}.key"));
            }

            if (TaintReader.Effect(taint.Text("effect")) is null)
            {
                problems.Add(new TwinCause("FieldValueNotSupported", $"Unsupported value: \"{taint.Text("effect")}\": supported values: \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\"", $"{at}.effect"));
            }
        }

        foreach (var list in (ReadOnlySpan<string>)["capacity", "allocatable"])
        {
            foreach (var (name, amount) in document.Child("status").Child(list) ?? [])
            {
                var text = amount is JsonValue value ? value.TryGetValue<string>(out var said) ? said : value.ToJsonString() : null;
                if (!Quantity.TryParse(text, out _))
                {
                    problems.Add(Refusals.InvalidValue($"status.{list}[{name}]", amount?.ToJsonString() ?? "null", "must be a quantity that is not negative, for example 4, 500m or 8Gi"));
                }
            }
        }

        foreach (var (condition, at) in Conditions(document).Select((c, i) => (c, $"status.conditions[{i}]")))
        {
            if (condition.Text("type") is not { Length: > 0 })
            {
                problems.Add(Refusals.Required($"{at}.type"));
            }
        }
    }
}

using System.Collections.Immutable;
using System.Text.Json;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Dumps;

/// <summary>Amounts of resources: what nodes have and what pods ask for.</summary>
internal static class ResourceReader
{
    /// <summary>What a node has for pods; a resource it does not state counts as plenty.</summary>
    public static Resources Allocatable(JsonElement status, Notes notes)
    {
        var stated = Read(status.Child("capacity"), notes, "capacity");
        foreach (var (name, amount) in Read(status.Child("allocatable"), notes, "allocatable"))
        {
            stated[name] = amount;
        }

        if (!stated.ContainsKey("cpu") || !stated.ContainsKey("memory") || !stated.ContainsKey("pods"))
        {
            notes.Add("Nodes that do not state how much CPU, memory or how many pods they have count as having plenty (110 pods)");
            stated.TryAdd("cpu", Quantity.Most / 1000m);
            stated.TryAdd("memory", Quantity.Most);
            stated.TryAdd("pods", 110);
        }

        return ToResources(stated, (int)Math.Min(Quantity.Units(stated["pods"]), int.MaxValue));
    }

    /// <summary>
    /// What a pod occupies, as the scheduler counts it: the containers and restartable init containers together, or the largest moment of the
    /// initialisation if that is more; plus overhead. Example: containers 1 + 1, a sidecar 0.5 and an init container of 3 that runs after it
    /// has started: max(1 + 1 + 0.5, 0.5 + 3) = 3.5.
    /// </summary>
    public static Resources Requests(JsonElement spec, Notes notes)
    {
        var running = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var container in spec.Each("containers"))
        {
            Add(running, Container(container, notes));
        }

        var sidecars = new Dictionary<string, decimal>(StringComparer.Ordinal);
        var initialising = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var container in spec.Each("initContainers"))
        {
            var own = Container(container, notes);
            if (string.Equals(container.Text("restartPolicy"), "Always", StringComparison.Ordinal))
            {
                Add(sidecars, own);
                Raise(initialising, sidecars);
            }
            else
            {
                Add(own, sidecars);
                Raise(initialising, own);
            }
        }

        Add(running, sidecars);
        Raise(running, initialising);
        // Requests of the pod as a whole stand above those of its containers.
        foreach (var (name, amount) in Container(spec, notes))
        {
            running[name] = amount;
        }

        Add(running, Read(spec.Child("overhead"), notes, "overhead"));
        return ToResources(running, pods: 1);
    }

    // A limit without a request is the request.
    private static Dictionary<string, decimal> Container(JsonElement container, Notes notes)
    {
        var resources = container.Child("resources");
        var amounts = Read(resources.Child("limits"), notes, "limit");
        foreach (var (name, amount) in Read(resources.Child("requests"), notes, "request"))
        {
            amounts[name] = amount;
        }

        return amounts;
    }

    private static Dictionary<string, decimal> Read(JsonElement amounts, Notes notes, string what)
    {
        var read = new Dictionary<string, decimal>(StringComparer.Ordinal);
        if (amounts.ValueKind != JsonValueKind.Object)
        {
            return read;
        }

        foreach (var amount in amounts.EnumerateObject())
        {
            var text = amount.Value.ValueKind == JsonValueKind.Number ? amount.Value.GetRawText() : amount.Value.AsText();
            if (Quantity.TryParse(text, out var value))
            {
                read[amount.Name] = value;
            }
            else
            {
                notes.Add($"The {what} {amount.Name} '{Shortened(text)}' is no quantity and counts as none");
            }
        }

        return read;
    }

    private static string Shortened(string? text) => text is { Length: > 40 } ? $"{text[..40]}…" : text ?? "";

    private static Resources ToResources(Dictionary<string, decimal> amounts, int pods)
    {
        if (amounts.Count == 0)
        {
            return pods == 1 ? OnePod : Resources.None with { Pods = pods };
        }

        var others = Resources.None.Others.ToBuilder();
        foreach (var (name, amount) in amounts)
        {
            if (name is not ("cpu" or "memory" or "pods") && amount > 0)
            {
                others[name] = Quantity.Units(amount);
            }
        }

        return new Resources(
            Quantity.Thousandths(amounts.GetValueOrDefault("cpu")), Quantity.Units(amounts.GetValueOrDefault("memory")), pods,
            others.Count == 0 ? Resources.None.Others : others.ToImmutable());
    }

    private static Resources OnePod { get; } = Resources.None with { Pods = 1 };

    private static void Add(Dictionary<string, decimal> sum, Dictionary<string, decimal> more)
    {
        foreach (var (name, amount) in more)
        {
            sum[name] = Math.Min(Quantity.Most, sum.GetValueOrDefault(name) + amount);
        }
    }

    private static void Raise(Dictionary<string, decimal> most, Dictionary<string, decimal> moment)
    {
        foreach (var (name, amount) in moment)
        {
            most[name] = Math.Max(amount, most.GetValueOrDefault(name));
        }
    }
}

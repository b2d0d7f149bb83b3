using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Application.Ports;
using Imago.Application.Twins;
using Imago.Domain.Clusters;
using Imago.Simulation.Serving.Twins.Ledger;
using Imago.Simulation.Serving.Twins.Rendering;
using Imago.Simulation.Tracing;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Serving.Twins.Writing;

/// <summary>Pods that somebody creates, relabels, deletes or evicts.</summary>
internal sealed class PodWriting(SimulatedWorld world, ObjectLedger ledger)
{
    // A day, as for grace periods that templates state.
    private const long LongestGrace = 24 * 60 * 60;

    public LedgerEntry Create(ObjectKey key, JsonObject kept)
    {
        var pod = new SimulatedPod(key, world.State.NewUid("pod"), Reading.Pod(kept, key), workload: null, owner: null);
        if (kept.Child("spec").Text("nodeName") is { } name && world.State.Nodes.TryGetValue(name, out var node))
        {
            world.Pods.CreateOn(pod, node);
        }
        else
        {
            world.Pods.Create(pod);
        }

        var entry = ledger.Find(TwinKind.Pods, key)!;
        entry.Document = kept;
        return entry;
    }

    public void Replace(LedgerEntry entry, JsonObject kept)
    {
        var pod = (SimulatedPod)entry.Source!;
        entry.Document = kept;
        var labels = kept.Child("metadata").Texts("labels").ToImmutableDictionary(StringComparer.Ordinal);
        if (labels.Count == pod.Template.Labels.Count && labels.All(l => string.Equals(pod.Template.Labels.GetValueOrDefault(l.Key), l.Value, StringComparison.Ordinal)))
        {
            ledger.Touch(entry);
        }
        else
        {
            world.Pods.Relabel(pod, labels);
        }
    }

    /// <summary>Deletes a pod; budgets are not asked. No grace at all takes it out of the API at once.</summary>
    public void Delete(SimulatedPod pod, long? grace)
    {
        if (grace is <= 0)
        {
            world.State.Trace(TraceKind.PodForced, pod);
            world.Pods.Remove(pod);
        }
        else if (!pod.Terminating)
        {
            world.State.Trace(TraceKind.PodForced, pod);
            world.Pods.Stop(pod, Grace(grace));
        }
    }

    /// <summary>Evicts a pod, or says why not.</summary>
    public TwinRefusal? Evict(LedgerEntry entry, DeletionAsked asked)
    {
        var pod = (SimulatedPod)entry.Source!;
        if (asked.ResourceVersion is { } version && !string.Equals(version, $"{entry.Version}", StringComparison.Ordinal))
        {
            return new(
                409, "Conflict",
                $"Operation cannot be fulfilled on Pod \"{entry.Key.Name}\": the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({entry.Version}). The object might have been modified");
        }

        var outcome = world.Evictions.Evict(entry.Key, asked.Uid, asked.DryRun, Grace(asked.GracePeriod));
        return outcome.Status switch
        {
            EvictionStatus.Evicted => null,
            EvictionStatus.Refused => new(429, "TooManyRequests", EvictionApi.Violation, [new TwinCause("DisruptionBudget", EvictionApi.WhyShut(pod.Budgets[0]), null)]),
            EvictionStatus.SeveralBudgets => new(500, "", outcome.Message ?? ""),
            EvictionStatus.WrongUid => new(409, "Conflict", outcome.Message ?? ""),
            EvictionStatus.NotFound => Refusals.NotFound(TwinKind.Pods, entry.Key.Name),
            _ => throw new InvalidOperationException($"Eviction outcome {outcome.Status} is not known."),
        };
    }

    private static Duration? Grace(long? seconds) => seconds is { } stated ? Duration.FromSeconds(Math.Clamp(stated, 0, LongestGrace)) : null;
}

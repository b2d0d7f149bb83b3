using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Tracing;

namespace Imago.Simulation.Worlds;

/// <summary>Tells the trace what a new version of a rollout record says that the one before did not.</summary>
internal static class RecordTrace
{
    public static void Tell(ClusterState state, RolloutRecord? before, RolloutRecord after)
    {
        if (!state.Traces)
        {
            return;
        }

        var known = before is not null && string.Equals(before.Id, after.Id, StringComparison.Ordinal) ? before : null;
        if (known is null)
        {
            Write(new TraceEvent(state.Time.Now, TraceKind.RolloutStarted)
            {
                Target = after.Target.Name,
                Size = after.OriginalSize,
                MaxSurge = after.Surge,
                MaxUnavailable = after.MaxUnavailable,
                Canary = after.Settings.Canary == Canary.FirstNode,
                State = ProvisioningStates.After(after),
                Detail = $"to {after.Target.Name}, surge {after.Surge}, max unavailable {after.MaxUnavailable}",
            });
        }

        // What ends comes before what it makes room for.
        foreach (var (name, outcome) in NewlySettled(known, after))
        {
            Write(new TraceEvent(state.Time.Now, TraceKind.NodeFinished)
            {
                Node = NodeOf(state, after, name),
                Result = outcome.Result,
                Detail = outcome.Fault?.Message,
            });
        }

        if (after.CanaryPassedAt is not null && known is { CanaryPassedAt: null })
        {
            Write(new TraceEvent(state.Time.Now, TraceKind.CanaryPassed));
        }

        foreach (var (name, surge) in after.SurgeNodes)
        {
            if (known?.SurgeNodes.ContainsKey(name) != true)
            {
                Write(new TraceEvent(state.Time.Now, TraceKind.SurgeNamed) { Node = NodeOf(state, after, name), Canary = surge.IsCanary });
            }
        }

        foreach (var (name, progress) in after.Active)
        {
            if (known?.Active.ContainsKey(name) != true)
            {
                Write(new TraceEvent(state.Time.Now, TraceKind.NodeStarted)
                {
                    Node = NodeOf(state, after, name),
                    Window = progress.WindowStart,
                    Work = progress.Work,
                    Canary = progress.IsCanary,
                    Detail = progress.IsCanary ? $"{progress.Work}, canary" : progress.Work.ToString(),
                });
            }
        }

        if (after.Phase != (known?.Phase ?? RolloutPhase.Running))
        {
            Write(new TraceEvent(state.Time.Now, after.Ended ? TraceKind.RolloutEnded : TraceKind.RolloutChanged)
            {
                Phase = after.Phase,
                State = ProvisioningStates.After(after),
                Detail = after.Fault is { } fault ? $"{after.Phase}: {fault.Message}" : after.Phase.ToString(),
            });
        }

        void Write(TraceEvent happened) => state.Trace(happened with { Pool = after.Pool, Rollout = after.Id });
    }

    // Almost every node that is settled now was active before: looking at those is enough, unless lost nodes came back, which needs a look at all.
    private static IEnumerable<KeyValuePair<string, NodeOutcome>> NewlySettled(RolloutRecord? before, RolloutRecord after)
    {
        if (before is null || ReferenceEquals(before.Settled, after.Settled))
        {
            return before is null ? after.Settled : [];
        }

        return before.Fault is null
            ? before.Active.Keys.Where(name => !after.Active.ContainsKey(name) && after.Settled.ContainsKey(name))
                .Select(name => KeyValuePair.Create(name, after.Settled[name]))
            : after.Settled.Where(s => !(before.Settled.TryGetValue(s.Key, out var was) && was.Result == s.Value.Result));
    }

    private static TraceNode NodeOf(ClusterState state, RolloutRecord record, string name) =>
        state.Nodes.GetValueOrDefault(name)?.ToTrace() ?? new TraceNode(name, record.Pool, null, "", false, false, record.SurgeNodes.ContainsKey(name), false, false);
}

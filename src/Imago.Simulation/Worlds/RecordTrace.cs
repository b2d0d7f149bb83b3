using Imago.Domain.Rollouts.Records;
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
            Write(TraceKind.RolloutStarted, null, $"to {after.Target.Name}, surge {after.Surge}, max unavailable {after.MaxUnavailable}");
        }

        foreach (var (name, progress) in after.Active)
        {
            if (known?.Active.ContainsKey(name) != true)
            {
                Write(TraceKind.NodeStarted, name, progress.IsCanary ? $"{progress.Work}, canary" : progress.Work.ToString());
            }
        }

        foreach (var (name, outcome) in after.Settled)
        {
            if (!(known is not null && known.Settled.TryGetValue(name, out var was) && was.Result == outcome.Result))
            {
                Write(TraceKind.NodeFinished, name, outcome.Fault is { } fault ? $"{outcome.Result}: {fault.Message}" : outcome.Result.ToString());
            }
        }

        foreach (var (name, _) in after.SurgeNodes)
        {
            if (known?.SurgeNodes.ContainsKey(name) != true)
            {
                Write(TraceKind.SurgeNamed, name, null);
            }
        }

        if (after.Phase != (known?.Phase ?? RolloutPhase.Running))
        {
            Write(after.Ended ? TraceKind.RolloutEnded : TraceKind.RolloutChanged, null, after.Fault is { } fault ? $"{after.Phase}: {fault.Message}" : after.Phase.ToString());
        }

        void Write(TraceKind kind, string? node, string? detail) => state.Trace(new TraceEvent(state.Time.Now, kind)
        {
            Pool = after.Pool,
            Rollout = after.Id,
            Node = node is null ? null : state.Nodes.GetValueOrDefault(node)?.ToTrace() ?? new TraceNode(node, after.Pool, null, "", false, false, after.SurgeNodes.ContainsKey(node)),
            Detail = detail,
        });
    }
}

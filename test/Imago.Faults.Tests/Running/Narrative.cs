using Imago.Application.Ports;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Simulation.Tracing;
using NodaTime;
using NodaTime.Text;

namespace Imago.Faults.Tests.Running;

/// <summary>A run told line by line, for people and for comparing two runs.</summary>
internal sealed class Narrative : ITraceSink
{
    private static readonly InstantPattern Time = InstantPattern.CreateWithInvariantCulture("dd HH:mm:ss.fff");

    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines => _lines;

    public void Tell(Instant at, string text) => _lines.Add($"{Time.Format(at)}  {text}");

    public void Write(TraceEvent happened)
    {
        var subject = happened switch
        {
            { Pod: { } pod } => $"{pod.Key}{(happened.Node is { } on ? $" on {on.Name}" : "")}",
            { Node: { } node } => $"{node.Name} ({node.Image}{(node.Schedulable ? "" : ", cordoned")}{(node.Ready ? "" : ", not Ready")})",
            _ => happened.Rollout ?? happened.Pool ?? "",
        };
        var budget = happened.Budget is { } b ? $" [{b.Key}: {b.AllowedBefore} → {b.AllowedAfter}, {b.CurrentHealthy}/{b.DesiredHealthy}]" : "";
        Tell(happened.At, $"{happened.Kind} {subject}{budget} {happened.Detail}");
    }
}

/// <summary>Listens to one process: for the narrative, and for the checks of progress.</summary>
internal sealed class Listener(string process, FaultRun run) : IReconcileObserver
{
    public void Decided(ClusterInput input, ClusterPlan plan)
    {
        run.Checker.Progress.Decided(input, plan);
        if (run.Narrative is not null && plan.Start is { } start)
        {
            run.Tell($"{process} starts {start.Id} to {start.Target.Name}");
        }
    }

    public void Decided(ClusterInput input, RolloutPlan plan) => run.Checker.Progress.Decided(plan);

    public void Acting(RolloutAction action)
    {
        if (run.Narrative is not null)
        {
            run.Tell($"{process} {Text(action)}");
        }
    }

    public void Refused(RolloutAction action, string answer)
    {
        if (run.Narrative is not null)
        {
            run.Tell($"{process} was refused {Text(action)}: {answer}");
        }
    }

    private static string Text(RolloutAction action) => action switch
    {
        RolloutAction.UpdateNode update => $"update {update.Node}: {Text(update.Update)}",
        RolloutAction.EvictPod evict => $"evict {evict.Pod} from {evict.Node}",
        RolloutAction.DeletePod delete => $"delete {delete.Pod} on {delete.Node}",
        RolloutAction.AskProvider ask => $"ask {ask.Request.OperationId} {ask.Request.Image}",
        _ => action.ToString(),
    };

    private static string Text(NodeUpdate update) => string.Join(", ", new[]
    {
        update.Unschedulable is { } cordon ? cordon ? "cordon" : "uncordon" : null,
        update.Mark is { } mark ? $"mark{(mark.WasUnschedulable ? " (was cordoned)" : "")}" : null,
        update.RemoveMark ? "unmark" : null,
        update.SteeredAway is { } steer ? steer ? "steer" : "unsteer" : null,
        update.ScaleDownDisabled is { } scale ? scale ? "hold scaler" : "release scaler" : null,
        update.Quarantined == true ? "quarantine" : null,
        update.DesiredLevel is { } level ? $"order {level}" : null,
    }.Where(t => t is not null));
}

using Imago.Domain.Rollouts.Records;
using Imago.Simulation.Tracing;

namespace Imago.Cli.Demo;

/// <summary>Tells what happened in a sentence; null for what is not worth one.</summary>
internal static class Telling
{
    public static string? Of(TraceEvent happened)
    {
        var node = happened.Node?.Name;
        return happened.Kind switch
        {
            TraceKind.WindowOpened => $"The maintenance window opens, {happened.Detail}.",
            TraceKind.WindowClosed => "The maintenance window closes: no further node is started, nodes in flight finish.",
            TraceKind.RolloutStarted => $"Rollout of pool {happened.Pool} begins: {happened.Detail}.",
            TraceKind.RolloutChanged or TraceKind.RolloutEnded => $"Rollout of pool {happened.Pool}: {happened.Detail}.",
            TraceKind.SurgeNamed => $"Surge node {node} is being made.",
            TraceKind.NodeStarted => $"{node} starts ({happened.Detail}).",
            TraceKind.NodeJoined => $"{node} joins with image {happened.Node!.Image}.",
            TraceKind.NodeReady => $"{node} is Ready.",
            TraceKind.NodeNotReady => $"{node} is not Ready.",
            TraceKind.NodeCordoned => $"{node} is cordoned and drains.",
            TraceKind.NodeQuarantined => $"{node} is quarantined.",
            TraceKind.NodeRebooted => $"{node} has rebooted.",
            TraceKind.PatchOrdered => $"{node} gets patch level {happened.Detail}, live.",
            TraceKind.PatchReached => $"{node} is at {happened.Detail}, without a drain.",
            TraceKind.PodEvicted => $"{node} evicts {happened.Pod!.Key}{Allowance(happened)}",
            TraceKind.NodeFinished when happened.Result == NodeResult.Upgraded => $"{node} is done.",
            TraceKind.NodeFinished => $"{node}: {happened.Result}. {happened.Detail}",
            TraceKind.NodeRemoved when happened.Node!.Surge => $"{node}, the surge node, is removed.",
            TraceKind.NodeRemoved => $"{node} is empty and is reimaged.",
            _ => null,
        };
    }

    private static string Allowance(TraceEvent happened) => happened.Budget is { } budget ? $" (budget {budget.AllowedBefore}→{budget.AllowedAfter})" : "";
}

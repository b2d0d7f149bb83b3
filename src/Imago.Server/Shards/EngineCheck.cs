using Imago.Server.Configuration;
using Quartz;

namespace Imago.Server.Shards;

/// <summary>
/// Whether the engine of this process works. A process alone must work on every shard itself; of several replicas one may be without any, but has to be known to the others as
/// alive, or they take its shards and it gets none.
/// </summary>
internal sealed class EngineCheck(ISchedulerFactory schedulers, HeldShards held, ServerOptions options)
{
    /// <summary>What is wrong, in words; null: it works.</summary>
    public async ValueTask<string?> ProblemAsync(CancellationToken cancellation)
    {
        var scheduler = await schedulers.GetScheduler(cancellation);
        if (scheduler.Status != SchedulerStatus.Running)
        {
            return $"The engine's scheduler is not running: {scheduler.Status}.";
        }

        if (options.Database is null)
        {
            return held.Missing() is { Count: > 0 } missing
                ? $"The engine works on {Application.Engine.Shards.Count - missing.Count} of {Application.Engine.Shards.Count} shards."
                : null;
        }

        var nodes = await scheduler.QueryClusterNodes(cancellation);
        return nodes.FirstOrDefault(n => n.IsCurrentNode) is { State: ClusterNodeState.Alive }
            ? null
            : "The engine's scheduler has not checked in lately: other replicas take this one for dead.";
    }
}

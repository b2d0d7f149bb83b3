using Imago.Application.Engine;

namespace Imago.Server.Shards;

/// <summary>The engine at work on a shard.</summary>
internal sealed class EngineShardWork(ShardWorker worker) : IShardWork
{
    public Task RunAsync(int shard, CancellationToken stop) => worker.RunAsync(shard, stop).AsTask();
}

using System.Globalization;
using Imago.Domain.Rollouts;
using Imago.Simulation.Worlds;

namespace Imago.Bench.Makespan;

/// <summary>
/// Strict batches as AKS documents them: the whole surge first; then as many old nodes as there are surge nodes, in the order of their names, are cordoned and
/// drained at once and reimaged; the next batch begins when the whole batch is back. At the end the surge nodes are drained and deleted. Pools one by one.
/// </summary>
internal sealed class StrictBatches(SimulatedWorld world, RolloutTarget target, Func<int, int> surgeOf) : Baseline(world, target)
{
    public override async Task RunAsync()
    {
        foreach (var pool in View.Pools.ToList())
        {
            string[] nodes = [.. View.NodesOf(pool).Keys];
            var surge = Enumerable.Range(1, surgeOf(nodes.Length)).Select(i => string.Create(CultureInfo.InvariantCulture, $"{pool}-surge-{i}")).ToList();
            await Task.WhenAll(surge.Select(s => CreateAsync(pool, s)));
            foreach (var batch in nodes.Chunk(surge.Count))
            {
                await UpgradeAsync(pool, batch);
            }

            surge.ForEach(Cordon);
            await Task.WhenAll(surge.Select(async s =>
            {
                await DrainAsync(s);
                await DeleteAsync(pool, s);
            }));
        }
    }

    private async Task UpgradeAsync(string pool, string[] batch)
    {
        foreach (var node in batch)
        {
            await StartedAsync(pool, node);
            Cordon(node);
        }

        // Reimaged nodes come back schedulable, because they are made anew.
        await Task.WhenAll(batch.Select(DrainAsync));
        await Task.WhenAll(batch.Select(async node =>
        {
            await ReimageAsync(pool, node);
            await FinishedAsync(pool, node);
        }));
    }
}

using Imago.Domain.Rollouts;
using Imago.Simulation.Worlds;

namespace Imago.Bench.Makespan;

/// <summary>
/// One lock for the cluster, as kured does it: whoever has it cordons itself, drains, reboots (here: is reimaged), uncordons and gives the lock to the next,
/// in the order of the nodes' names. No surge.
/// </summary>
internal sealed class OneLockOneNode(SimulatedWorld world, RolloutTarget target) : Baseline(world, target)
{
    public override async Task RunAsync()
    {
        foreach (var node in View.Nodes.Values.OrderBy(n => n.Name, StringComparer.Ordinal).ToList())
        {
            await StartedAsync(node.Pool, node.Name);
            Cordon(node.Name);
            await DrainAsync(node.Name);
            await ReimageAsync(node.Pool, node.Name);
            if (View.Nodes[node.Name].Unschedulable)
            {
                Uncordon(node.Name);
            }

            await FinishedAsync(node.Pool, node.Name);
        }
    }
}

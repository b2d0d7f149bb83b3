using Imago.Simulation.Serving.Twins.Ledger;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Serving.Twins.Writing;

/// <summary>Namespaces that end: first everything in them, then they.</summary>
internal sealed class NamespaceWriting(SimulatedWorld world, ObjectLedger ledger, WorkloadWriting workloads)
{
    /// <summary>Whether a namespace may not be deleted.</summary>
    public static bool IsKept(string name) => name is "default" or "kube-system" or "kube-public" or "kube-node-lease";

    public void Delete(LedgerEntry entry)
    {
        if (entry.DeletedAt is not null)
        {
            return;
        }

        var name = entry.Key.Name;
        entry.DeletedAt = world.State.Time.Now;
        ledger.Touch(entry);
        foreach (var kind in TwinKind.All.Where(k => k.IsWorkload))
        {
            foreach (var controller in ledger.InNamespace(kind, name).ToList())
            {
                // A Deployment takes its ReplicaSets along.
                if (ledger.Find(kind, controller.Key) == controller)
                {
                    workloads.Delete(controller, orphan: false);
                }
            }
        }

        foreach (var budget in ledger.InNamespace(TwinKind.Budgets, name).Select(e => e.Source).OfType<SimulatedBudget>().ToList())
        {
            world.Budgets.Remove(budget);
        }

        foreach (var pod in ledger.InNamespace(TwinKind.Pods, name).Select(e => e.Source).OfType<SimulatedPod>().ToList())
        {
            world.Pods.Stop(pod);
        }

        foreach (var kind in (ReadOnlySpan<TwinKind>)[TwinKind.ConfigMaps, TwinKind.Services, TwinKind.Leases, TwinKind.PersistentVolumeClaims])
        {
            foreach (var plain in ledger.InNamespace(kind, name).ToList())
            {
                ledger.Remove(plain);
            }
        }

        ledger.EndNamespace(name);
    }
}

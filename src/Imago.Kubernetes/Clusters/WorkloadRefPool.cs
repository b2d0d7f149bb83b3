using Imago.Domain.Clusters;

namespace Imago.Kubernetes.Clusters;

/// <summary>
/// Gives the same instance for the same workload, as the pools of texts and label sets do: each of a workload's pods names it twice, as its owner and as what people know it
/// by. It never grows; a workload that is forgotten costs a copy, nothing else.
/// </summary>
internal static class WorkloadRefPool
{
    private const int Places = 1 << 14;

    private static readonly WorkloadRef?[] Pool = new WorkloadRef?[Places];

    public static WorkloadRef Of(string kind, string name)
    {
        ref var place = ref Pool[HashCode.Combine(kind, name) & (Places - 1)];
        var pooled = Volatile.Read(ref place);
        if (pooled is not null && string.Equals(pooled.Name, name, StringComparison.Ordinal) && string.Equals(pooled.Kind, kind, StringComparison.Ordinal))
        {
            return pooled;
        }

        var made = new WorkloadRef(kind, name);
        Volatile.Write(ref place, made);
        return made;
    }
}

using System.Collections.Immutable;
using System.Globalization;
using Imago.Bench.Clusters;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Bench.Rollouts;

/// <summary>
/// The first pool of a <see cref="SyntheticCluster"/> in the middle of its rollout, inside an open window: a quarter of it done, as many nodes under way
/// as asked for (every tenth of them draining, the others at the provider), a full surge serving, the steering taints on.
/// </summary>
internal sealed class RolloutUnderWay
{
    private static readonly Instant Now = Instant.FromUtc(2026, 11, 25, 1, 0);
    private static readonly Instant Begun = Now - Duration.FromMinutes(45);

    private RolloutUnderWay(ClusterInput input, PoolSpec pool, RolloutRecord record)
    {
        (Input, Pool, Record) = (input, pool, record);
        var node = record.Active.FirstOrDefault(a => a.Value.Step == NodeStep.Draining).Key ?? record.Settled.First().Key;
        var pod = input.View.PodsOn(node).First(e => e.Pod.LeavesOnDrain).Pod;
        Flipped = [new(pod with { Ready = false }), new(pod with { Ready = true })];
    }

    public ClusterInput Input { get; }

    public PoolSpec Pool { get; }

    public RolloutRecord Record { get; }

    /// <summary>One pod, of a node under way if there is one, as not Ready, and as Ready: applied in turn, each is news.</summary>
    public ImmutableArray<ClusterChange.PodSeen> Flipped { get; }

    /// <summary>The rollout in a cluster of that many nodes.</summary>
    /// <param name="nodes">Nodes of the cluster, surge not counted.</param>
    /// <param name="surge">Surge nodes of the pool.</param>
    /// <param name="free">Surge nodes that no node under way uses: slots in which nodes can be started now.</param>
    public static RolloutUnderWay Of(int nodes, int surge, int free)
    {
        var cluster = new SyntheticCluster(nodes);
        var poolName = SyntheticCluster.PoolName(0);
        var size = Math.Min(nodes, SyntheticCluster.PoolSize);
        var names = Enumerable.Range(0, size).Select(SyntheticCluster.NodeName).ToList();
        var settled = names.Take(size / 4).ToHashSet(StringComparer.Ordinal);
        var active = names.Skip(size / 4).Take(surge - free).ToList();
        var draining = active.Where((_, i) => i % 10 == 0).ToHashSet(StringComparer.Ordinal);
        var surgeNames = Enumerable.Range(1, surge).Select(i => string.Create(CultureInfo.InvariantCulture, $"{poolName}-surge-{i}")).ToList();

        var settings = new UpgradeSettings { MaxSurge = IntOrPercent.Of(surge), Canary = Canary.None };
        var record = new RolloutRecord
        {
            Id = $"{poolName}-bench",
            Pool = poolName,
            Target = new RolloutTarget.Image(SyntheticCluster.Target),
            StartedAt = Begun,
            OriginalSize = size,
            Surge = surge,
            MaxBlocked = surge,
            Settings = settings,
            CanaryPassedAt = Begun,
            Steering = true,
            SurgeNamed = surge,
            Active = active.ToImmutableSortedDictionary(n => n, n => Progress(n, draining.Contains(n)), StringComparer.Ordinal),
            Settled = settled.ToImmutableSortedDictionary(n => n, _ => Outcome(), StringComparer.Ordinal),
            SurgeNodes = surgeNames.ToImmutableSortedDictionary(n => n, _ => Serving(), StringComparer.Ordinal),
        };

        var pools = cluster.Pools.Select(name => new PoolSpec
        {
            Name = name,
            Family = SyntheticCluster.Family,
            Provider = new ProviderCapabilities(CanSurge: true, SizeLimit: 2 * SyntheticCluster.PoolSize),
            Settings = settings,
        }).ToImmutableArray();
        var input = new ClusterInput
        {
            Now = Now,
            View = ViewOf(cluster, record, settled, draining, surgeNames),
            Spec = new ClusterSpec { Name = "bench", Pools = pools, Window = Window() },
            Catalog = ReleaseCatalog.Of(
                [new ImageRelease(SyntheticCluster.Before, Now - Duration.FromDays(30)), new ImageRelease(SyntheticCluster.Target, Now - Duration.FromDays(2))], []),
            Records = ImmutableSortedDictionary.Create<string, RolloutRecord>(StringComparer.Ordinal).Add(poolName, record),
            Operations = active.Where(n => !draining.Contains(n)).Select(n => RolloutId(record, n))
                .ToDictionary(id => id, id => new ProviderOperation(id, OperationState.Running, null, null, null), StringComparer.Ordinal),
        };
        return new RolloutUnderWay(input, pools[0], record);
    }

    // Operation ids are made of what the record holds; see RolloutPass.
    private static string RolloutId(RolloutRecord record, string node) => $"{record.Id}/{node}/{ProviderVerb.Reimage}";

    // As the rollout would have left the cluster: settled nodes at the target, those at the provider empty, draining ones cordoned, the others steered away from.
    private static ClusterView ViewOf(
        SyntheticCluster cluster, RolloutRecord record, HashSet<string> settled, HashSet<string> draining, List<string> surge)
    {
        bool AtProvider(string name) => record.Active.ContainsKey(name) && !draining.Contains(name);
        var nodes = cluster.Nodes().Select(node =>
            settled.Contains(node.Name) ? node with { Image = SyntheticCluster.Target }
            : record.Active.ContainsKey(node.Name) ? node with
            {
                Unschedulable = true,
                ScaleDownDisabled = true,
                SteeredAway = true,
                Mark = new CordonMark(record.Id, "Upgrading", Begun, WasUnschedulable: false),
            }
            : string.Equals(node.Pool, record.Pool, StringComparison.Ordinal) ? node with { SteeredAway = true } : node);
        var surgeNodes = surge.Select((name, i) => SyntheticCluster.NodeOf(name, record.Pool, i) with { SteeredAway = true });

        // What the nodes at the provider ran has moved to the surge nodes.
        var moved = 0;
        var pods = cluster.Pods().Where(p => !(p.BelongsToDaemonSet && AtProvider(p.NodeName!)))
            .Select(p => AtProvider(p.NodeName!) ? p with { NodeName = surge[moved++ % surge.Count] } : p);
        return ClusterView.Of([.. nodes, .. surgeNodes], [.. pods, .. surge.Select(SyntheticCluster.DaemonPodOf)], cluster.Budgets());
    }

    private static NodeProgress Progress(string node, bool draining) => new()
    {
        Work = NodeWork.Reimage,
        Step = draining ? NodeStep.Draining : NodeStep.Replacing,
        StartedAt = Now - Duration.FromMinutes(5),
        Since = Now - Duration.FromMinutes(3),
        From = SyntheticCluster.Before.Text,
        To = SyntheticCluster.Target.Text,
        Uid = $"uid-{node}",
    };

    private static NodeOutcome Outcome() => new()
    {
        Result = NodeResult.Upgraded,
        Work = NodeWork.Reimage,
        StartedAt = Begun,
        EndedAt = Now - Duration.FromMinutes(10),
        From = SyntheticCluster.Before.Text,
    };

    private static SurgeNode Serving() => new() { Step = SurgeStep.Serving, Since = Begun, NamedAt = Begun, Image = SyntheticCluster.Target.Text };

    private static MaintenanceConfiguration Window() => new(
        ConfigurationKind.NodeOsUpgrade,
        new MaintenanceWindow(
            new Schedule.Weekly(1, IsoDayOfWeek.Wednesday), 8, new LocalTime(0, 0), Offset.Zero, new LocalDate(2024, 1, 1),
            [new BlockedDates(new LocalDate(2026, 12, 23), new LocalDate(2027, 1, 3))]));
}

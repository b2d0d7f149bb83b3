using Imago.Application.Ports;
using Imago.Application.Reconciling;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Settings;
using NodaTime;
using Shouldly;

namespace Imago.Application.Tests.Reconciling.Kit;

/// <summary>A reconciler over a fake cluster of one pool of two nodes, upgraded in place and without a canary.</summary>
internal sealed class Bench : IReconcileObserver
{
    private const string Old = "AKSUbuntu-2204gen2containerd-202606.19.0";
    private const string New = "AKSUbuntu-2204gen2containerd-202608.06.1";

    private readonly ReleaseCatalog _catalog = ReleaseCatalog.Of([new ImageRelease(NodeImage.Parse(New), Instant.FromUtc(2026, 8, 7, 0, 0))], []);
    private readonly ClusterReconciler _reconciler;

    public Bench(params Pod[] pods)
    {
        Clock = new ManualClock();
        Cluster = new FakeCluster(Clock) { View = ClusterView.Of([Node("n1"), Node("n2")], pods, []) };
        _reconciler = new ClusterReconciler(Cluster, Cluster, Clock, new ReconcilerOptions { Holder = "test" }, this);
    }

    public ManualClock Clock { get; }

    public FakeCluster Cluster { get; }

    public ClusterSpec Spec { get; set; } = new()
    {
        Name = "test",
        Pools =
        [
            new PoolSpec
            {
                Name = "apps",
                Family = new ImageFamily("AKSUbuntu-2204gen2containerd"),
                Settings = new UpgradeSettings { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(1), Canary = Canary.None },
            },
        ],
    };

    /// <summary>How often it was decided whether to start something.</summary>
    public int ClusterDecisions { get; private set; }

    public List<string> Refusals { get; } = [];

    public static Pod Pod(string name, string node) => new() { Key = new ObjectKey("shop", name), Uid = $"uid-{name}", NodeName = node, Ready = true };

    /// <summary>One pass; answers in how many seconds it wants to be woken.</summary>
    public async Task<double?> PassAsync()
    {
        Cluster.Calls.Clear();
        var wake = await _reconciler.ReconcileAsync(Spec, _catalog, CancellationToken.None);
        return wake is { } at ? Math.Round((at - Clock.Now).TotalSeconds, 6) : null;
    }

    /// <summary>Begins a rollout and cordons its first node, which is the pass after which the cluster tells of its change.</summary>
    public async Task CordonedAsync()
    {
        await PassAsync();
        Cluster.View.Nodes["n1"].Unschedulable.ShouldBeTrue();
    }

    public void Decided(ClusterInput input, ClusterPlan plan) => ClusterDecisions++;

    public void Decided(ClusterInput input, RolloutPlan plan)
    {
    }

    public void Acting(RolloutAction action)
    {
    }

    public void Refused(RolloutAction action, string answer) => Refusals.Add(answer);

    private static Node Node(string name) => new()
    {
        Name = name, Uid = $"uid-{name}", Pool = "apps", Image = NodeImage.Parse(Old), Ready = true, ResourceVersion = "0", CreatedAt = Instant.FromUtc(2026, 1, 1, 0, 0),
    };
}

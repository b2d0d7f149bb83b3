using System.Collections.Immutable;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Domain.Tests.Rollouts.Kit;

/// <summary>
/// Builds clusters for tests, fluently: <c>new TestCluster().Pool("a", 3).Deployment("shop/web", "a-1", "a-2").MinAvailable("shop/web", 1)</c>. Nodes are
/// named after their pool and a number. Unless told otherwise they run <see cref="Some.Old"/>, and <see cref="Some.New"/> has been released.
/// </summary>
internal sealed class TestCluster
{
    private readonly Dictionary<string, Node> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectKey, Pod> _pods = [];
    private readonly Dictionary<ObjectKey, DisruptionBudget> _budgets = [];
    private readonly List<PoolSpec> _pools = [];
    private readonly List<ImageRelease> _images = [];
    private readonly List<PatchRelease> _patches = [];
    private ClusterSpec _spec = new() { Name = "c1" };

    public TestCluster()
    {
        Released(Some.Old, Some.Noon - Duration.FromDays(29));
        Released(Some.New, Some.Noon - Duration.FromDays(8));
    }

    public ClusterSpec Spec => _spec with { Pools = [.. _pools] };

    public ReleaseCatalog Catalog => ReleaseCatalog.Of(_images, _patches);

    public IEnumerable<Node> Nodes => _nodes.Values;

    public IEnumerable<Pod> Pods => _pods.Values;

    public IEnumerable<DisruptionBudget> Budgets => _budgets.Values;

    public static ObjectKey Key(string text)
    {
        var parts = text.Split('/');
        return new ObjectKey(parts[0], parts[1]);
    }

    /// <summary>A pool with nodes <c>name-1</c>… in zones 1…<paramref name="zones"/>, without canary unless the settings ask for one.</summary>
    public TestCluster Pool(
        string name, int nodes, string image = Some.Old, int zones = 0, Func<UpgradeSettings, UpgradeSettings>? settings = null, Func<PoolSpec, PoolSpec>? spec = null)
    {
        for (var i = 1; i <= nodes; i++)
        {
            _nodes[$"{name}-{i}"] = new Node
            {
                Name = $"{name}-{i}",
                Uid = $"{name}-{i}/1",
                Pool = name,
                Zone = zones == 0 ? null : $"z{1 + ((i - 1) % zones)}",
                Image = NodeImage.Parse(image),
                Ready = true,
                CreatedAt = Some.Noon - Duration.FromDays(30),
                ResourceVersion = "1",
            };
        }

        var pool = new PoolSpec { Name = name, Family = NodeImage.Parse(image).Family, Kubernetes = new KubernetesVersion(1, 34, 0) };
        pool = pool with { Settings = (settings ?? (s => s))(new UpgradeSettings { MaxSurge = IntOrPercent.Of(1), Canary = Canary.None }) };
        _pools.Add(spec is null ? pool : spec(pool));
        return this;
    }

    /// <summary>A node made by hand, for example a surge node.</summary>
    public TestCluster AddNode(Node node)
    {
        _nodes[node.Name] = node;
        return this;
    }

    public TestCluster Node(string name, Func<Node, Node> change)
    {
        _nodes[name] = change(_nodes[name]);
        return this;
    }

    /// <summary>A running, ready pod of a ReplicaSet, labelled <c>app</c> with what stands before the last hyphen of its name.</summary>
    public TestCluster Pod(string key, string? node, Func<Pod, Pod>? change = null)
    {
        var name = Key(key);
        var app = name.Name[..name.Name.LastIndexOf('-')];
        var pod = new Pod
        {
            Key = name,
            Uid = $"{key}/1",
            NodeName = node,
            Ready = node is not null,
            Phase = node is null ? PodPhase.Pending : PodPhase.Running,
            Labels = ImmutableDictionary<string, string>.Empty.Add("app", app),
            Owner = new WorkloadRef("ReplicaSet", app),
            Workload = new WorkloadRef("Deployment", app),
        };
        _pods[name] = change is null ? pod : change(pod);
        return this;
    }

    /// <summary>A running, ready pod that nobody makes again.</summary>
    public TestCluster BarePod(string key, string node, Func<Pod, Pod>? change = null) =>
        Pod(key, node, p => (change ?? (x => x))(p with { Owner = null, Workload = null }));

    /// <summary>One pod on each of the nodes named.</summary>
    public TestCluster Deployment(string key, params string[] nodes)
    {
        for (var i = 0; i < nodes.Length; i++)
        {
            Pod($"{key}-{i + 1}", nodes[i]);
        }

        return this;
    }

    /// <summary>One ready pod of a DaemonSet on every node there is now.</summary>
    public TestCluster DaemonSet(string key)
    {
        foreach (var node in _nodes.Keys)
        {
            Pod($"{key}-{node}", node, p => p with { Owner = new WorkloadRef("DaemonSet", Key(key).Name), Workload = null, Labels = p.Labels.SetItem("app", Key(key).Name) });
        }

        return this;
    }

    /// <summary>A budget over the pods labelled <c>app</c> with its name; its status is what a controller that is up to date computes.</summary>
    public TestCluster MinAvailable(string key, int min, string? app = null) => Budget(key, b => b with { MinAvailable = IntOrPercent.Of(min) }, app);

    public TestCluster Budget(string key, Func<DisruptionBudget, DisruptionBudget> change, string? app = null)
    {
        var budget = change(new DisruptionBudget
        {
            Key = Key(key),
            Selector = LabelSelector.OfLabels([new("app", app ?? Key(key).Name)]),
        });
        _budgets[budget.Key] = Controller.StatusOf(budget, _pods.Values);
        return this;
    }

    /// <summary>A budget with exactly this status, whatever the pods say.</summary>
    public TestCluster BudgetStatus(string key, Func<DisruptionBudget, DisruptionBudget> change)
    {
        _budgets[Key(key)] = change(_budgets[Key(key)]);
        return this;
    }

    public TestCluster Released(string image, Instant at, Instant? withdrawn = null)
    {
        _images.RemoveAll(r => string.Equals(r.Image.Text, image, StringComparison.Ordinal));
        _images.Add(new ImageRelease(NodeImage.Parse(image), at, withdrawn));
        return this;
    }

    public TestCluster Patched(PatchLevel level, bool reboot, Instant? at = null)
    {
        _patches.Add(new PatchRelease("ubuntu2204", level, at ?? level.Moment, reboot, TouchesKernelOrLibc: reboot));
        return this;
    }

    /// <summary>A pool of Debian machines that are patched in place, at the level of <see cref="Machines.Base"/>, each with an agent that has reported; on channel SecurityPatch.</summary>
    public TestCluster Machines(string pool, int nodes, Func<UpgradeSettings, UpgradeSettings>? settings = null)
    {
        Pool(
            pool, nodes, Kit.Machines.Base, settings: s => (settings ?? (x => x))(s with { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(1) }),
            spec: p => p with { Provider = ProviderCapabilities.Default with { CanSurge = false, InPlace = true } });
        foreach (var node in _nodes.Values.Where(n => string.Equals(n.Pool, pool, StringComparison.Ordinal)).ToList())
        {
            _nodes[node.Name] = node with { Agent = Kit.Machines.Idle, Updater = OsUpdater.Imago };
        }

        return Channel(NodeOsChannel.SecurityPatch);
    }

    /// <summary>A level of the track of those machines.</summary>
    public TestCluster MachinesPatched(PatchLevel level, bool reboot)
    {
        _patches.Add(new PatchRelease(Kit.Machines.Track, level, level.Moment, RebootRequired: null, TouchesKernelOrLibc: reboot) { Archive = Kit.Machines.ArchiveAt(level) });
        return this;
    }

    /// <summary>Says that the archives of a level have been signed again.</summary>
    public TestCluster MachinesArchived(PatchLevel level, ArchiveState archive)
    {
        var known = _patches.FindIndex(p => p.Level == level);
        _patches[known] = _patches[known] with { Archive = archive };
        return this;
    }

    public TestCluster With(Func<ClusterSpec, ClusterSpec> change)
    {
        _spec = change(_spec);
        return this;
    }

    public TestCluster Channel(NodeOsChannel channel) => With(s => s with { Channel = channel });

    public ClusterView View() => ClusterView.Of(_nodes.Values, _pods.Values, _budgets.Values);

    public PoolSpec PoolNamed(string name) => _pools.Single(p => string.Equals(p.Name, name, StringComparison.Ordinal));

    public ClusterInput Input(Instant? now = null, params RolloutRecord[] records) => new()
    {
        Now = now ?? Some.Noon,
        View = View(),
        Spec = Spec,
        Catalog = Catalog,
        Records = records.ToImmutableSortedDictionary(r => r.Pool, r => r, StringComparer.Ordinal),
        Operations = ImmutableDictionary<string, ProviderOperation>.Empty,
        Epoch = 1,
    };
}

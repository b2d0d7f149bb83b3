using System.Globalization;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Scheduling;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>One machine and its node object.</summary>
internal sealed class SimulatedNode(NodeBlueprint blueprint, string uid, NodeShape shape, bool isSurge)
{
    private Node? _observed;

    public NodeBlueprint Blueprint { get; private set; } = blueprint;

    public string Name => Blueprint.Name;

    public string Pool => Blueprint.Pool;

    public string? Zone => Blueprint.Zone;

    /// <summary>The zone as the scheduler sees it: the label, which a node may lack.</summary>
    public string? ZoneLabel { get; private set; } = blueprint.Labels.GetValueOrDefault(Topology.Zone);

    public NodeShape Shape { get; private set; } = shape;

    /// <summary>Whether the node was made during the run.</summary>
    public bool IsSurge { get; } = isSurge;

    public string Uid { get; } = uid;

    /// <summary>Whether a client registered it: its machine is somewhere else, and nothing of it is played.</summary>
    public bool IsGuest { get; init; }

    /// <summary>When a guest was last heard of; null: it is missed, or it is no guest.</summary>
    public Instant? HeardAt { get; set; }

    public string Image { get; set; } = blueprint.Image;

    /// <summary>Whether the machine runs and its kubelet reports.</summary>
    public bool IsUp { get; set; }

    public bool Ready { get; set; }

    /// <summary>How often the kubelet has stopped reporting.</summary>
    public int Outages { get; set; }

    public bool UnderPressure { get; set; } = blueprint.UnderPressure;

    public bool Unschedulable { get; set; } = blueprint.Unschedulable;

    public CordonMark? Mark { get; set; }

    public bool SteeredAway { get; set; }

    public bool ScaleDownDisabled { get; set; }

    public bool Quarantined { get; set; }

    public bool RebootPending { get; set; }

    /// <summary>How often the machine was restarted as it is.</summary>
    public int Boots { get; set; }

    public PatchLevel? DesiredLevel { get; set; }

    public PatchLevel? ReachedLevel { get; set; }

    /// <summary>What the agent of a machine that is patched in place says; null: there is none.</summary>
    public AgentReport? Agent { get; set; }

    /// <summary>The order for that agent.</summary>
    public NodeOrder? Order { get; set; }

    /// <summary>Attempts that its agent has begun, so that one that was overtaken by another knows.</summary>
    public int AgentRuns { get; set; }

    /// <summary>Id of the order whose packages its agent has begun to install and not ended; null: none.</summary>
    public string? InstallingFor { get; set; }

    /// <summary>The last level of which everything is installed but what is held.</summary>
    public PatchLevel? HeldLevel { get; set; }

    public OsUpdater? Updater { get; set; }

    public bool NotPatchedYet { get; set; }

    /// <summary>Whether it is patched in place: nothing makes it anew. Its owner may have named its image as they liked; an agent reports from machines only.</summary>
    public bool IsMachine => Agent is not null || NodeImage.Parse(Image).Family is { IsOfMachines: true };

    /// <summary>Whether somebody changed its labels, annotations or taints by hand.</summary>
    public bool Edited { get; set; }

    public long Version { get; set; } = 1;

    public Instant CreatedAt { get; init; } = blueprint.CreatedAt;

    public NodeUsage Usage { get; } = new();

    /// <summary>The pods bound to it, in the order in which they came: what happens to all of them happens in this order, also after the world was put away and read again.</summary>
    public List<SimulatedPod> Pods { get; } = [];

    /// <summary>When the last volume is detached; a reimage waits for it.</summary>
    public Instant VolumesDetachedAt { get; set; } = Instant.MinValue;

    /// <summary>Whether the scheduler may put pods here.</summary>
    public bool TakesPods => Ready && !Unschedulable && !(IsGuest && UnderPressure);

    /// <summary>Somebody gave its pool other labels or taints.</summary>
    public void Remake(NodeBlueprint blueprint, NodeShape shape)
    {
        Blueprint = blueprint;
        ZoneLabel = blueprint.Labels.GetValueOrDefault(Topology.Zone);
        Shape = shape;
    }

    /// <summary>Notes that something observable changed.</summary>
    public void Touch()
    {
        Version++;
        _observed = null;
    }

    public Node Observe() => _observed ??= new Node
    {
        Name = Name,
        Uid = Uid,
        Pool = Pool,
        Zone = Zone,
        Image = NodeImage.Parse(Image),
        ReachedLevel = ReachedLevel,
        DesiredLevel = DesiredLevel,
        Ready = Ready,
        UnderPressure = UnderPressure,
        Unschedulable = Unschedulable,
        Mark = Mark,
        SteeredAway = SteeredAway,
        ScaleDownDisabled = ScaleDownDisabled,
        Quarantined = Quarantined,
        RebootPending = RebootPending,
        Agent = Agent,
        Order = Order,
        Updater = Updater,
        NotPatchedYet = NotPatchedYet,
        KuredMarked = RebootMarks.OfKured(Blueprint.Annotations),
        BootId = string.Create(CultureInfo.InvariantCulture, $"{Uid}#{Boots}"),
        AutoProvisioned = Blueprint.AutoProvisioned,
        Kubelet = KubernetesVersion.TryParse(Blueprint.KubeletVersion, out var kubelet) ? kubelet : null,
        CreatedAt = CreatedAt,
        ResourceVersion = Version.ToString(CultureInfo.InvariantCulture),
    };

    public TraceNode ToTrace() => new(Name, Pool, Zone, Image, !Unschedulable, Ready, IsSurge, SteeredAway, Quarantined);
}

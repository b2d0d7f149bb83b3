using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Serving;
using Imago.Simulation.Serving.Journal;
using Imago.Simulation.Serving.Pictures;
using Imago.Simulation.Serving.Pools;
using Imago.Simulation.Tests.Kit;
using Imago.Simulation.Tests.Serving.Kit;
using Imago.Simulation.Tracing;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Tests.Serving;

/// <summary>A world that was put away and read again is the same world.</summary>
public sealed class PictureTests
{
    public static TheoryData<ulong> Seeds { get; } = [.. Enumerable.Range(1, 25).Select(s => (ulong)s)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Picture_OfAnyWorldAtRest_GoesOnAsTheWorldItself(ulong seed)
    {
        var dice = new Dice(new Seed(seed));
        var (heard, heardAgain) = (new List<TraceEvent>(), new List<TraceEvent>());
        var world = Begin(dice, new Sink(heard));
        for (var i = 0; i < 30; i++)
        {
            Carry(world, dice);
        }

        Rest(world);
        heard.Clear();
        var picture = WorldPicture.Take(world);
        var again = WorldPicture.Restore(picture, new Sink(heardAgain));
        Convert.ToHexString(WorldPicture.Take(again)).ShouldBe(Convert.ToHexString(picture), "reading and writing again loses nothing");

        // The same calls from here on; the second world may not even look at the first one's objects.
        var later = dice.Clone();
        for (var i = 0; i < 30; i++)
        {
            Carry(world, dice);
            Carry(again, later);
        }

        Rest(world);
        Rest(again);
        heardAgain.Select(Text).ShouldBe(heard.Select(Text));
        Convert.ToHexString(WorldPicture.Take(again)).ShouldBe(Convert.ToHexString(WorldPicture.Take(world)));
        heard.Count.ShouldBeGreaterThan(20, "something has to happen, or nothing is compared");
    }

    [Fact]
    [Trait("Rule", "NM-30")]
    public void Picture_OfAMachineInTheHandsOfAnAgent_KeepsWhatItWasToldAndReports()
    {
        var world = Begin(new Dice(new Seed(1)), null);
        Rest(world);
        var node = world.World.State.Nodes.Values.First();
        var level = PatchLevel.OfDate(new LocalDate(2026, 8, 1));
        var archive = new ArchiveState([new SuiteState(ArchivePocket.Security, "http://mirror.example/debian-security", "bookworm-security", ["main"], level.Moment, "ab")]);
        node.Order = new NodeOrder { Id = "o", Mode = OrderMode.Drained, Content = OrderContent.Security, Level = level, Image = "ImagoDebian-12-202606.01.0-2026.08.01", Archive = archive, Epoch = 3, GivenAt = Run.Start };
        node.Agent = new AgentReport
        {
            OrderId = "o", Phase = AgentPhase.AppliedPartially, Level = level, Reason = "FixesHeld", Attempts = 2, At = Run.Start, BootId = "b1",
            Held = [new HeldPackage("kubelet", "1", "2", "apt-mark hold")], Planned = new PlannedChange(level, OrderContent.Security, RebootVerdict.Reboot, 9, 1000),
        };
        node.Updater = OsUpdater.Imago;
        node.NotPatchedYet = true;

        var picture = WorldPicture.Take(world);
        var again = WorldPicture.Restore(picture, null).World.State.Nodes[node.Name];

        (again.Order, again.Agent, again.Updater, again.NotPatchedYet).ShouldBe((node.Order, node.Agent, node.Updater, node.NotPatchedYet));
        picture[0].ShouldBe((byte)4, "an older Imago would forget it, and has to be told");
    }

    [Fact]
    public void Picture_OfAWorldInWhichSomethingIsPlanned_IsRefused()
    {
        var world = Begin(new Dice(new Seed(1)), null);
        Should.Throw<InvalidOperationException>(() => WorldPicture.Take(world)).Message.ShouldContain("something happens in it at 2026-08-10T");
    }

    [Fact]
    public void Picture_OfAnotherVersion_SaysSo() => Should.Throw<InvalidDataException>(() => WorldPicture.Restore(new byte[] { 9, 1, 2 }, null)).Message.ShouldContain("has version 9; this Imago reads versions 1 to 4");

    [Fact]
    public void Picture_OfThreeNodes_IsSmall()
    {
        var world = Begin(new Dice(new Seed(1)), null);
        Rest(world);
        WorldPicture.Take(world).Length.ShouldBeLessThan(20 * 1024);
    }

    [Fact]
    [Trait("Rule", "IM-13")]
    [Trait("Rule", "IM-15")]
    public void Node_OfAServedCluster_HasTheLabelsOfAks()
    {
        var facts = Facts(SampleWorkloads.None);
        var pool = PoolOrder.Of(Shapes.Pool("np1", 1, PoolMode.System, zones: ["2"], labels: [("team", "a")], taints: ["dedicated=gpu:NoSchedule", "odd:PreferNoSchedule"]));
        var node = NodeLooks.Make(pool, facts, NodeLooks.NameOf(pool, facts, 37), "uid", "northeurope-2");

        node.Name.ShouldBe("aks-np1-12345678-vmss000011");
        node.Labels["agentpool"].ShouldBe("np1");
        node.Labels["kubernetes.azure.com/agentpool"].ShouldBe("np1");
        node.Labels["kubernetes.azure.com/cluster"].ShouldBe("MC_rg_c_northeurope");
        node.Labels["kubernetes.azure.com/mode"].ShouldBe("system");
        node.Labels["kubernetes.azure.com/node-image-version"].ShouldBe(Blue.OldImage);
        node.Labels["kubernetes.azure.com/os-sku"].ShouldBe("Ubuntu");
        node.Labels["kubernetes.azure.com/os-sku-requested"].ShouldBe("Ubuntu");
        node.Labels["kubernetes.azure.com/os-sku-effective"].ShouldBe("Ubuntu2204");
        node.Labels["kubernetes.io/hostname"].ShouldBe(node.Name);
        node.Labels["kubernetes.io/os"].ShouldBe("linux");
        node.Labels["node.kubernetes.io/instance-type"].ShouldBe("Standard_D4ds_v5");
        node.Labels["topology.kubernetes.io/region"].ShouldBe("northeurope");
        node.Labels["topology.kubernetes.io/zone"].ShouldBe("northeurope-2");
        node.Labels["team"].ShouldBe("a");
        node.Taints.ShouldBe([new("dedicated", "gpu", Blueprints.TaintEffect.NoSchedule), new("odd", "", Blueprints.TaintEffect.PreferNoSchedule)]);
        node.Allocatable.MilliCpu.ShouldBe(3760);
    }

    [Fact]
    public void Node_OfAWindowsPool_IsNamedAndLabelledAsSuch()
    {
        var pool = PoolOrder.Of(Shapes.Pool("npwin", 1, image: "AKSWindows-2022-containerd-gen2-20348.2700.240911", sku: "Windows2022"));
        var facts = Facts(SampleWorkloads.None);
        var node = NodeLooks.Make(pool, facts, NodeLooks.NameOf(pool, facts, 0), "uid", null);

        node.Name.ShouldBe("aksnpwin000000");
        node.Labels["kubernetes.io/os"].ShouldBe("windows");
        node.Labels["topology.kubernetes.io/zone"].ShouldBe("0");
    }

    private static ServedFacts Facts(SampleWorkloads workloads) => new("c", "MC_rg_c_northeurope", "northeurope", "12345678", workloads);

    private static ServedWorld Begin(Dice dice, ITraceSink? trace)
    {
        var settings = new WorldSettings { LongUids = true, ReimageReplacesNode = dice.Roll(4) > 0 };
        var world = ServedWorld.Create(new WorldCall.Created(Facts((SampleWorkloads)dice.Roll(3)), dice.Number(), settings), Run.Start, trace);
        world.Carry(new WorldCall.Shaped(Order(dice)), Run.Start);
        return world;
    }

    private static ShapeOrder Order(Dice dice) => ShapeOrder.Of(new Application.Engine.ClusterShape(
        [
            Shapes.Pool("sys", 1 + dice.Roll(3), PoolMode.System, zones: dice.Roll(2) == 0 ? ["1", "2", "3"] : []),
            .. Enumerable.Range(0, dice.Roll(3)).Select(i => Shapes.Pool($"np{i}", dice.Roll(4), taints: dice.Roll(4) == 0 ? ["a=b:NoSchedule"] : [])),
        ],
        Running: dice.Roll(6) > 0));

    private static void Rest(ServedWorld world)
    {
        while (world.World.Time.NextAt is { } next)
        {
            world.World.Time.StepTo(next);
        }
    }

    private static void Carry(ServedWorld world, Dice dice)
    {
        var at = world.World.Time.Now + Duration.FromMilliseconds(dice.Roll(200_000));
        world.World.Time.StepTo(at);
        var nodes = world.World.State.Nodes.Values.ToList();
        var pods = world.World.State.Pods.Values.OrderBy(p => p.Key).ToList();
        var (node, pod) = (dice.Of(nodes), dice.Of(pods));
        WorldCall? call = dice.Roll(9) switch
        {
            0 => new WorldCall.Shaped(Order(dice)),
            1 or 2 when pod is not null => new WorldCall.Evicted(pod.Key, dice.Roll(5) == 0 ? "another" : pod.Uid),
            3 when pod is not null => new WorldCall.Deleted(pod.Key, pod.Uid),
            4 or 5 when node is not null => new WorldCall.NodeUpdated(node.Name, node.Observe().ResourceVersion, Update(dice)),
            6 when node is not null => Ask(dice, ProviderVerb.Reimage, node.Pool, node.Name),
            7 when node is not null => Ask(dice, ProviderVerb.Create, node.Pool, $"{node.Pool}-surge-{dice.Number() % 1000}"),
            8 when node is { IsSurge: true } => Ask(dice, ProviderVerb.Delete, node.Pool, node.Name),
            _ => null,
        };
        if (call is not null)
        {
            world.Carry(call, at);
        }
    }

    private static WorldCall.Asked Ask(Dice dice, ProviderVerb verb, string pool, string node) =>
        new(new ProviderRequest($"op-{dice.Number()}", verb, pool, node, verb == ProviderVerb.Delete ? null : Blue.NewImage, null, 1));

    private static NodeUpdate Update(Dice dice) => dice.Roll(5) switch
    {
        0 => new NodeUpdate { Unschedulable = true, Mark = new CordonMark("r", "why", Run.Start, false) },
        1 => new NodeUpdate { Unschedulable = false, RemoveMark = true },
        2 => new NodeUpdate { SteeredAway = dice.Roll(2) == 0, ScaleDownDisabled = dice.Roll(2) == 0 },
        3 => new NodeUpdate { DesiredLevel = PatchLevel.OfDate(new LocalDate(2026, 8, 1).PlusDays(dice.Roll(9))) },
        _ => new NodeUpdate { Quarantined = dice.Roll(2) == 0 },
    };

    private static string Text(TraceEvent happened)
    {
        using var bytes = new MemoryStream();
        using (var writer = new TraceWriter(bytes))
        {
            writer.Write(happened);
        }

        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }

    private sealed class Dice(Seed seed)
    {
        private Seed _seed = seed;

        public Dice Clone() => new(_seed);

        public int Roll(int sides) => (_seed = _seed.Next).Below(sides);

        public ulong Number() => (_seed = _seed.Next).Bits;

        public T? Of<T>(List<T> items)
            where T : class => items.Count == 0 ? null : items[Roll(items.Count)];
    }

    private sealed class Sink(List<TraceEvent> heard) : ITraceSink
    {
        public void Write(TraceEvent happened) => heard.Add(happened);
    }
}

using System.Globalization;
using Imago.Application.NodeOs;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Tests.Kit;
using Imago.Simulation.Tracing;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Tests.Worlds;

/// <summary>Pools of machines that are patched in place, run by the production reconciler in the simulated world.</summary>
public sealed class MachineRunTests
{
    private const string Image = "ImagoDebian-12-202606.01.0";

    private static readonly PatchLevel Level = PatchLevel.OfDate(new LocalDate(2026, 8, 1));

    [Theory]
    [InlineData(true, Image + "-2026.08.01", true)]
    [InlineData(false, Image, false)]
    [Trait("Rule", "CH-30")]
    [Trait("Rule", "CH-31")]
    [Trait("Rule", "IM-13")]
    public void Rollout_Machines_AreDrainedOnlyIfTheyRestart(bool reboot, string image, bool evicts)
    {
        var run = new Run(Cluster(4), Spec, Catalog(reboot)).For(Duration.FromHours(6));

        run.Record().Phase.ShouldBe(RolloutPhase.Succeeded);
        var nodes = run.World.Look().Nodes.Values;
        nodes.ShouldAllBe(n => n.ReachedLevel == Level && n.Image.Text == image && n.Available && n.Mark == null && n.Updater == OsUpdater.Imago);
        run.Trace.Any(t => t.Kind == TraceKind.NodeCordoned).ShouldBe(evicts);
        run.Trace.ShouldNotContain(t => t.Kind == TraceKind.NodeRemoved, "machines stay");
    }

    [Fact]
    [Trait("Rule", "CH-32")]
    public void Rollout_Machines_OnlyStageBeforeTheWindowOpens()
    {
        var run = new Run(Cluster(3), () => Spec() with { Window = Window() }, Catalog(reboot: false)).For(Duration.FromHours(30));

        var opens = Run.Start + Duration.FromHours(20);
        run.Record().Phase.ShouldBe(RolloutPhase.Succeeded);
        run.Trace.Where(t => t.Kind == TraceKind.PatchOrdered && t.At < opens).Select(t => t.Detail).ShouldBe(Enumerable.Repeat($"stage {Level}", 3));
        run.Trace.Where(t => t.Kind == TraceKind.PatchOrdered && t.At >= opens).Select(t => t.Detail).ShouldBe(Enumerable.Repeat($"live {Level}", 3));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Rule", "MW-53")]
    public void Rollout_AgentsFailUntilTheWindowCloses_InstallInTheNextOne(bool reboot)
    {
        var window = new MaintenanceConfiguration(
            ConfigurationKind.NodeOsUpgrade, new MaintenanceWindow(new Schedule.Daily(1), 4, new LocalTime(20, 30), Offset.Zero, new LocalDate(2026, 8, 1), []));
        var closes = Run.Start + Duration.FromMinutes(30);
        var run = new Run(Cluster(3), () => Spec() with { Window = window }, Catalog(reboot));
        run.World.AgentPlay.Trouble = (_, order, _) => order.NotAfter == closes ? new AgentTrouble { Fails = "LockHeld" } : default;
        var began = new List<Instant>();
        run.World.AgentPlay.Acting += (_, order, phase) =>
        {
            began.Add(run.World.Time.Now);
            (phase == AgentPhase.Rebooting || run.World.Time.Now < order.NotAfter).ShouldBeTrue();
        };

        run.For(Duration.FromHours(6));

        began.ShouldBeEmpty();
        run.Trace.ShouldContain(t => t.Kind == TraceKind.PatchOrdered && t.At < closes && t.Detail == $"{(reboot ? "drained" : "live")} {Level}");
        run.World.Look().Nodes.Values.ShouldAllBe(n => !n.Unschedulable && n.Mark == null);

        run.For(Duration.FromHours(42));

        began.ShouldAllBe(at => at >= Run.Start + Duration.FromHours(20.5));
        run.World.Look().Nodes.Values.ShouldAllBe(n => n.ReachedLevel == Level && !n.Unschedulable && n.Mark == null);
    }

    [Fact]
    public void Rollout_MachinesWithoutAgents_AreLeftAlone()
    {
        var cluster = Cluster(2);
        var run = new Run(cluster with { Nodes = [.. cluster.Nodes.Select(n => n with { Annotations = n.Annotations.Clear() })] }, Spec, Catalog(reboot: true)).For(Duration.FromHours(6));

        run.World.Records.ShouldBeEmpty();
        run.Trace.ShouldNotContain(t => t.Kind == TraceKind.NodeCordoned);
    }

    [Fact]
    [Trait("Rule", "CH-33")]
    public void Rollout_AgentFindsThatItWouldHaveToRestart_IsDrainedAllTheSame()
    {
        var run = new Run(Cluster(3), Spec, Catalog(reboot: false));
        run.World.AgentPlay.Plan = (_, order) => new PlannedChange(order.Level!.Value, order.Content, RebootVerdict.Reboot, 3, 0);
        var restarted = new List<string>();
        run.World.AgentPlay.Acting += (node, order, phase) =>
        {
            if (phase == AgentPhase.Rebooting)
            {
                order.Mode.ShouldBe(OrderMode.Drained);
                restarted.Add(node);
            }
        };

        run.For(Duration.FromHours(6));

        run.Record().Phase.ShouldBe(RolloutPhase.Succeeded);
        restarted.Order(StringComparer.Ordinal).ShouldBe(["n0", "n1", "n2"]);
    }

    [Fact]
    [Trait("Rule", "NM-33")]
    public void Rollout_AgentFailsTwice_TriesAgainAndGetsThere()
    {
        var run = new Run(Cluster(1), Spec, Catalog(reboot: true));
        run.World.AgentPlay.Trouble = (_, _, attempt) => attempt <= 2 ? new AgentTrouble { Fails = "LockHeld" } : default;

        run.For(Duration.FromHours(6));

        run.Record().Phase.ShouldBe(RolloutPhase.Succeeded);
        run.World.Look().Nodes["n0"].Agent!.Attempts.ShouldBe(3);
    }

    [Fact]
    [Trait("Rule", "NM-34")]
    public void Rollout_MachineDiesInTheMiddle_GoesOnWithItsOrderWhenItIsBack()
    {
        var run = new Run(Cluster(1), Spec, Catalog(reboot: true));
        run.World.AgentPlay.Acting += (node, _, phase) =>
        {
            if (phase == AgentPhase.Applying && run.World.Look().Nodes[node].Agent!.Attempts <= 1 && !_died)
            {
                _died = true;
                run.World.Time.After(Duration.FromSeconds(1), () => run.World.Troubles.NodeFails(node));
                run.World.Time.After(Duration.FromMinutes(9), () => run.World.Troubles.NodeRecovers(node));
            }
        };

        run.For(Duration.FromHours(6));

        _died.ShouldBeTrue();
        run.World.Look().Nodes["n0"].ReachedLevel.ShouldBe(Level);
    }

    [Fact]
    [Trait("Rule", "CH-37")]
    public void Newcomer_PatchedAndLetIn_TakesPodsFromThenOn()
    {
        var cluster = Cluster(2);
        cluster = cluster with
        {
            Nodes = [.. cluster.Nodes.Select(n => n.Name == "n1" ? n with { Taints = [new Taint(NodeLabels.NotPatchedTaint, "", TaintEffect.NoSchedule)] } : n)],
            Pods = [.. cluster.Pods.Where(p => p.NodeName == "n0")],
        };
        var run = new Run(cluster, () => Spec() with { Window = Window() }, Catalog(reboot: true)).For(Duration.FromHours(10));

        run.World.Look().Nodes["n1"].NotPatchedYet.ShouldBeFalse();
        run.World.Look().Nodes["n1"].ReachedLevel.ShouldBe(Level);
        run.World.Troubles.NodeVanishes("n0");
        run.For(Duration.FromHours(1));
        run.World.Look().PodsOn("n1").Length.ShouldBe(2);
    }

    private bool _died;

    private static MaintenanceConfiguration Window() => new(
        ConfigurationKind.NodeOsUpgrade, new MaintenanceWindow(new Schedule.Daily(1), 4, new LocalTime(20, 0), Offset.Zero, new LocalDate(2026, 8, 1), []));

    private static ReleaseCatalog Catalog(bool reboot) => ReleaseCatalog.Of([], [new PatchRelease("debian12", Level, Level.Moment, RebootRequired: null, TouchesKernelOrLibc: reboot)]);

    private static ClusterSpec Spec() => new()
    {
        Name = "c1",
        Channel = NodeOsChannel.SecurityPatch,
        Pools =
        [
            new PoolSpec
            {
                Name = "apps",
                Family = new ImageFamily("ImagoDebian-12"),
                Provider = ProviderCapabilities.Default with { CanSurge = false, InPlace = true },
                Settings = new UpgradeSettings { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(1) },
            },
        ],
    };

    private static ClusterBlueprint Cluster(int nodes)
    {
        var report = ReportText.Write(new AgentReport { Phase = AgentPhase.Idle, BootId = "b1", At = Run.Start - Duration.FromDays(1) });
        var web = Blue.Workload(WorkloadKind.ReplicaSet, "web", nodes);
        return new ClusterBlueprint
        {
            Name = "c1",
            Nodes = [.. Enumerable.Range(0, nodes).Select(i => Blue.Node(string.Create(CultureInfo.InvariantCulture, $"n{i}")) with
            {
                Image = Image,
                Annotations = Blue.Labels((NodeAnnotations.AgentReport, report)),
            })],
            Workloads = [web],
            Pods = Blue.Pods(web, [.. Enumerable.Range(0, nodes).Select(i => string.Create(CultureInfo.InvariantCulture, $"n{i}"))]),
        };
    }
}

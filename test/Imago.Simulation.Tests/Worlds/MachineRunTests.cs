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

    [Fact]
    public void Rollout_MachinesWithoutAgents_AreLeftAlone()
    {
        var cluster = Cluster(2);
        var run = new Run(cluster with { Nodes = [.. cluster.Nodes.Select(n => n with { Annotations = n.Annotations.Clear() })] }, Spec, Catalog(reboot: true)).For(Duration.FromHours(6));

        run.World.Records.ShouldBeEmpty();
        run.Trace.ShouldNotContain(t => t.Kind == TraceKind.NodeCordoned);
    }

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

using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Tests.Kit;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Simulation.Tests.Worlds;

/// <summary>Whole rollouts: the production reconciler in the simulated world.</summary>
public sealed class RolloutRunTests
{
    private const string NewImage = "AKSUbuntu-2204gen2containerd-202608.06.1";

    private static readonly ReleaseCatalog Catalog = ReleaseCatalog.Of([new ImageRelease(NodeImage.Parse(NewImage), Instant.FromUtc(2026, 8, 7, 0, 0))], []);

    [Fact]
    public void Rollout_PlainSurge_UpgradesEveryNodeAndReturnsTheSurge()
    {
        var blueprint = SmallCluster.OfNodes(6, zones: 3).AddDeployment("web", 12, maxUnavailable: IntOrPercent.Percent(25)).Build();
        var run = new Run(blueprint, () => Spec(new UpgradeSettings { MaxSurge = IntOrPercent.Of(2) }), Catalog).For(Duration.FromHours(3));

        foreach (var e in run.Trace.Where(t => t.Kind is not (TraceKind.PodReady or TraceKind.PodBound or TraceKind.PodStopping or TraceKind.PodCreated or TraceKind.PodGone or TraceKind.BudgetChanged)))
        {
            TestContext.Current.TestOutputHelper!.WriteLine($"{e.At} {e.Kind} {e.Node?.Name} {e.Pod?.Key} {e.Detail}");
        }

        run.Record().Phase.ShouldBe(RolloutPhase.Succeeded);
        var view = run.World.Look();
        view.Nodes.Count.ShouldBe(6);
        view.Nodes.Values.ShouldAllBe(n => n.Image.Text == NewImage && n.Available && n.Mark == null && !n.SteeredAway && !n.ScaleDownDisabled);
        run.Host.IsIdle.ShouldBeTrue();
    }

    private static ClusterSpec Spec(UpgradeSettings settings) => new()
    {
        Name = "test",
        Pools = [new PoolSpec { Name = "apps", Family = new ImageFamily("AKSUbuntu-2204gen2containerd"), Settings = settings }],
    };
}

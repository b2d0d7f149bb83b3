using Imago.Application.NodeOs;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Actions;
using Imago.Simulation.Tests.Kit;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Tests.Worlds;

/// <summary>Where the fault-injection search showed the simulated world to be unlike a real one.</summary>
public sealed class FoundBySearchTests
{
    [Fact]
    public async Task Create_PoolHasAutoProvisionedNodes_MakesOneThatIsNot()
    {
        var blueprint = SmallCluster.OfNodes(2).Build();
        blueprint = blueprint with { Nodes = [.. blueprint.Nodes.Select((n, i) => n with { AutoProvisioned = i == 0 })] };
        var world = new SimulatedWorld(blueprint, new WorldSettings(), new Seed(1), Run.Start);

        await world.Provider.BeginAsync(new ProviderRequest("1", ProviderVerb.Create, "apps", "apps-surge-1", "new", null, 1), CancellationToken.None);
        Pass(world, Duration.FromMinutes(10));

        world.Look().Nodes["apps-surge-1"].AutoProvisioned.ShouldBeFalse();
    }

    [Fact]
    [Trait("Rule", "CH-35")]
    public async Task PatchOrder_NodeIsDownWhenItsTimeComes_IsCarriedOutWhenItIsBack()
    {
        var world = new SimulatedWorld(SmallCluster.OfNodes(1).Build(), new WorldSettings(), new Seed(1), Run.Start);
        var node = world.Look().Nodes["apps-0000"];
        var level = PatchLevel.OfDate(new LocalDate(2026, 8, 1));
        (await world.Connect().UpdateNodeAsync(new RolloutAction.UpdateNode(node.Name, node.ResourceVersion, new NodeUpdate { DesiredLevel = level }), CancellationToken.None))
            .ShouldBe(PatchOutcome.Patched);

        world.Troubles.NodeFails(node.Name);
        Pass(world, Duration.FromHours(1));
        world.Look().Nodes[node.Name].ReachedLevel.ShouldBeNull();

        world.Troubles.NodeRecovers(node.Name);
        Pass(world, Duration.FromHours(1));
        world.Look().Nodes[node.Name].ReachedLevel.ShouldBe(level);
    }

    [Fact]
    [Trait("Rule", "CH-31")]
    [Trait("Rule", "UP-155")]
    public async Task Reimage_MachineWhoseImageNobodyKnows_IsPatchedInPlaceAndKeepsItsCordon()
    {
        var report = ReportText.Write(new AgentReport { Phase = AgentPhase.Idle, BootId = "b1", At = Run.Start });
        var blueprint = SmallCluster.OfNodes(1).Build();
        blueprint = blueprint with
        {
            Nodes = [.. blueprint.Nodes.Select(n => n with { Image = "somebody's-own-image", Unschedulable = true, Annotations = n.Annotations.SetItem(NodeAnnotations.AgentReport, report) })],
        };
        var world = new SimulatedWorld(blueprint, new WorldSettings(), new Seed(1), Run.Start);
        var before = world.Look().Nodes["apps-0000"];

        await world.Provider.BeginAsync(new ProviderRequest("1", ProviderVerb.Reimage, "apps", before.Name, "ImagoDebian-12-202606.01.0", null, 1), CancellationToken.None);
        Pass(world, Duration.FromHours(2));

        var after = world.Look().Nodes[before.Name];
        (after.Uid, after.Unschedulable, after.Image.Text).ShouldBe((before.Uid, true, "ImagoDebian-12-202606.01.0"));
    }

    private static void Pass(SimulatedWorld world, Duration span)
    {
        var limit = world.Time.Now + span;
        while (world.Time.Step(limit))
        {
        }
    }
}

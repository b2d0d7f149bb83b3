using Imago.Application.Engine;
using Imago.Application.Tests.Engine.Kit;
using Imago.Application.Twins;
using Imago.Simulation.Serving.Twins;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Engine;

/// <summary>What <c>kubectl get events</c> finds on a simulated cluster that the engine upgrades.</summary>
public sealed class ToldRolloutTests
{
    private static readonly ObjectKind Events = new("", "v1", "events");

    [Fact]
    [Trait("Rule", "UP-130")]
    [Trait("Rule", "UP-131")]
    [Trait("Rule", "UP-132")]
    [Trait("Rule", "UP-133")]
    [Trait("Rule", "UP-134")]
    [Trait("Rule", "UP-136")]
    public async Task Rollout_OfASimulatedCluster_IsToldInItsEvents()
    {
        var world = new Installation { Pool = p => p with { Settings = p.Settings with { NodeSoak = Duration.FromMinutes(5) } } };
        await world.CreateAsync(("apps", 2));
        await world.RunAsync(Duration.FromHours(2));
        world.Release(Installation.New);
        await world.NudgeAsync();
        await world.RunAsync(Duration.FromHours(1), () => world.Store.Rollouts.Any(r => r.EndedAt is not null));

        var told = await ToldAsync(world);

        var nodes = (await world.Host.LookAsync(Installation.Key, TestContext.Current.CancellationToken)).ShouldNotBeNull().View.Nodes.Keys.Order(StringComparer.Ordinal).ToList();
        nodes.Count.ShouldBe(2);
        var surge = told.Single(t => t.StartsWith("Surge Normal", StringComparison.Ordinal)).Split('[')[1].Split(' ')[0];
        told.ShouldBe(
            [
                $"Surge Normal default Created a surge node [{surge} apps] for agentpool apps",
                .. nodes.SelectMany(n => (string[])
                [
                    $"Drain Normal default Draining node: {n}",
                    $"Upgrade Normal default Soak duration 5m0s after draining node: {n}",
                    $"Upgrade Normal default Deleting node {n} from API server",
                    $"Upgrade Normal default Successfully reimaged node: {n}",
                    $"Upgrade Normal default Successfully upgraded node: {n}",
                ]),
                $"Drain Normal default Draining node: {surge}",
                $"Delete Normal default Deleted surge node {surge}",
            ],
            ignoreOrder: true);
    }

    private static async Task<IReadOnlyList<string>> ToldAsync(Installation world)
    {
        await using var twins = new SimulatedTwins(world.Host, world.Store, world.Options, new NobodyListens(), world.Clock);
        var twin = (await twins.FindAsync(Installation.Key, TestContext.Current.CancellationToken)).ShouldNotBeNull();
        var documents = (await twin.ListAsync(Events, TestContext.Current.CancellationToken)).Items.Select(e => e.Render());
        return [.. documents.Where(e => (string?)e["source"]!["component"] == "upgrader").Select(e => $"{e["reason"]} {e["type"]} {e["metadata"]!["namespace"]} {e["message"]}")];
    }

    private sealed class NobodyListens : IEngineSignal
    {
        public void Nudge(string clusterKey)
        {
        }
    }
}

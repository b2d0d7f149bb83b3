using System.Collections.Immutable;
using Imago.Application.Engine;
using Imago.Application.Tests.Engine.Kit;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Engine;

/// <summary>Answers about a cluster, from what is stored and what is seen of it.</summary>
public sealed class ClusterQueriesTests
{
    [Fact]
    public async Task Explain_ProviderSaysHowFarItIs_IsPassedOn()
    {
        var world = new Installation();
        await world.CreateAsync(("apps", 2));
        await world.RunAsync(Duration.FromHours(1));
        var before = (await world.Host.LookAsync(Installation.Key, TestContext.Current.CancellationToken))!;
        world.Release(Installation.New);
        await world.NudgeAsync();
        var seen = new Progress(world, before.View);
        string? node = null;
        for (var steps = 0; node is null; steps++)
        {
            steps.ShouldBeLessThan(1000, "a node has to be with its provider at some time");
            await world.RunAsync(Duration.FromSeconds(10));
            node = (await seen.LookAsync(Installation.Key, TestContext.Current.CancellationToken))!.Records.Values
                .SelectMany(r => r.Record.Active).FirstOrDefault(a => a.Value.Step == NodeStep.Replacing).Key;
        }

        var told = await QueriesOf(world, seen).ExplainAsync(Installation.Key, TestContext.Current.CancellationToken);

        told!.Nodes[node].Reasons.ShouldContain(r => r.Message.Contains("40 %: copying the image", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Explain_ClusterHasNoNodesOrIsNotKnown_IsNone()
    {
        var world = new Installation();
        var queries = QueriesOf(world, world.Host);
        (await queries.ExplainAsync(Installation.Key, TestContext.Current.CancellationToken)).ShouldBeNull();

        await world.CreateAsync(("apps", 1));

        (await queries.ExplainAsync(Installation.Key, TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    private static ClusterQueries QueriesOf(Installation world, IClusterViewer viewer) => new(world.Store, world, viewer, world, world.Clock);

    /// <summary>The cluster as it is, with nodes that stay registered while they are reimaged, as most do, and a provider that tells how far everything is.</summary>
    private sealed class Progress(Installation world, ClusterView nodes) : IClusterViewer
    {
        public async ValueTask<ClusterPicture?> LookAsync(string clusterKey, CancellationToken cancellation)
        {
            var picture = (await world.Host.LookAsync(clusterKey, cancellation))!;
            return picture with
            {
                View = nodes,
                Operations = picture.Records.Values.SelectMany(r => r.Record.AwaitedOperations())
                    .ToImmutableDictionary(id => id, id => new ProviderOperation(id, OperationState.Running, null, null, null) { Progress = "40 %: copying the image" }),
            };
        }
    }
}

using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Settings;
using Imago.Kubernetes.Tests.Providers.Kit;
using Imago.Simulation.Worlds;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Providers;

/// <summary>The production reconciler → the client → a socket → the reference provider → nodes.</summary>
public sealed class RolloutOverSocketsTests
{
    [Fact]
    [Trait("Rule", "UP-4")]
    [Trait("Rule", "UP-11")]
    public async Task Rollout_WithSurge_MakesReimagesAndDeletesOverTheWire()
    {
        await using var run = await SocketRun.StartAsync(Surge(1));

        var record = await run.ToEndAsync();

        record.Fault.ShouldBeNull();
        run.Images().ShouldBe([Served.Image, Served.Image, Served.Image]);
        run.Asked.GroupBy(r => r.Verb).ToDictionary(g => g.Key, g => g.Select(r => r.OperationId).Distinct().Count())
            .ShouldBe(new Dictionary<ProviderVerb, int> { [ProviderVerb.Create] = 1, [ProviderVerb.Reimage] = 3, [ProviderVerb.Delete] = 1 }, ignoreOrder: true);
    }

    [Fact]
    public async Task Rollout_EveryFourthAnswerLost_EndsAllTheSameWithNothingDoneTwice()
    {
        var calls = 0;
        await using var run = await SocketRun.StartAsync(Surge(1), around: async (context, next) =>
        {
            if (Interlocked.Increment(ref calls) % 4 != 0)
            {
                await next();
                return;
            }

            context.Response.Body = new MemoryStream();
            await next();
            context.Abort();
        });

        (await run.ToEndAsync()).Fault.ShouldBeNull();

        run.Images().ShouldBe([Served.Image, Served.Image, Served.Image]);
        run.World.Provider.Operations.Count.ShouldBe(5);
    }

    [Theory]
    [Trait("Rule", "UP-32")]
    [Trait("Rule", "UP-35")]
    [InlineData("SKUNotAvailable")]
    [InlineData("AllocationFailed")]
    [InlineData("OverconstrainedAllocationRequest")]
    [InlineData("QuotaExceeded")]
    [InlineData("SubnetIsFull")]
    public async Task Rollout_RoomForOneSurgeNodeOnly_GoesOnWithOne(string code)
    {
        await using var run = await SocketRun.StartAsync(Surge(2), new WorldSettings { SpareNodes = 1, CapacityCode = code });

        var record = await run.ToEndAsync();

        record.Fault.ShouldBeNull();
        record.Surge.ShouldBe(1);
        record.CapacityFaults.ShouldNotBeEmpty();
        record.CapacityFaults[0].Message.ShouldContain($"{code}: the simulated infrastructure has no room for another node");
        run.Images().ShouldBe([Served.Image, Served.Image, Served.Image]);
    }

    [Fact]
    [Trait("Rule", "UP-33")]
    public async Task Rollout_FewerSurgeNodesThanAskedBefore135_Fails()
    {
        await using var run = await SocketRun.StartAsync(Surge(2), new WorldSettings { SpareNodes = 1, CapacityCode = "QuotaExceeded" }, kubernetes: "1.34.0");

        var record = await run.ToEndAsync();

        record.Fault.ShouldNotBeNull().Code.ShouldBe("NoCapacity");
        run.Images().ShouldAllBe(i => i == SocketRun.Old);
    }

    [Fact]
    [Trait("Rule", "UP-34")]
    public async Task Rollout_NoRoomAtAllWithMaxUnavailable_GoesInPlace()
    {
        await using var run = await SocketRun.StartAsync(Surge(1) with { MaxUnavailable = IntOrPercent.Of(1) }, new WorldSettings { SpareNodes = 0 });

        (await run.ToEndAsync()).Fault.ShouldBeNull();

        run.Images().ShouldBe([Served.Image, Served.Image, Served.Image]);
        run.World.MadeNodes.ShouldBeEmpty();
    }

    private static UpgradeSettings Surge(int most) => new() { MaxSurge = IntOrPercent.Of(most), Canary = Canary.None };
}

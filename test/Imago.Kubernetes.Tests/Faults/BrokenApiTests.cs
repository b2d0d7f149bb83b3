using Imago.Kubernetes.Tests.Faults.Kit;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Faults;

/// <summary>A whole rollout of a small pool while something between Imago and the API is broken: it completes, and nothing of it is left that was not there before.</summary>
public sealed class BrokenApiTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(120);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [Trait("Rule", "UP-40")]
    [Trait("Rule", "UP-155")]
    [Trait("Rule", "UP-156")]
    public async Task Rollout_NothingIsBroken_IsClean(int surge, int unavailable)
    {
        await using var twin = await FaultyTwin.StartAsync(new TwinSettings { Surge = surge, Unavailable = unavailable }, Cancellation);
        var aftermath = await Aftermath.BeforeAsync(twin, Cancellation);
        await using var server = Managing.Start("server", twin.Attachment(), surge, unavailable);

        await aftermath.IsCleanAsync(Managing.New, Long, () => server.Said, Cancellation);

        twin.Witness.Evicted.ShouldBeGreaterThan(3);
        twin.Witness.Operations.Count.ShouldBe(3 + (2 * surge));
    }

    [Fact]
    public async Task Rollout_WatchesDropAndExpire_IsClean()
    {
        await using var twin = await FaultyTwin.StartAsync(new TwinSettings(), Cancellation);
        twin.Around = Kit.Faults.DropWatches(TimeSpan.FromSeconds(1.2), expiredEvery: 5);

        await EndsCleanAsync(twin);
    }

    [Fact]
    [Trait("Rule", "UP-40")]
    public async Task Rollout_WhatIsReadIsSecondsOld_IsClean()
    {
        // Lists of nodes and pods are not answered from the past: they are asked for without a version, which a real API answers with what is.
        await using var twin = await FaultyTwin.StartAsync(new TwinSettings { TimeScale = 200 }, Cancellation);
        twin.Around = Kit.Faults.Both(
            Kit.Faults.DelayWatches(TimeSpan.FromSeconds(1.5)),
            Kit.Faults.Both(Kit.Faults.DropWatches(TimeSpan.FromSeconds(5), expiredEvery: 3), Kit.Faults.StaleLists(c => c is "list poddisruptionbudgets", TimeSpan.FromSeconds(30))));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var coming = Others.ComeAndGoAsync(twin, enough.Token);

        await EndsCleanAsync(twin);

        await enough.CancelAsync();
        await coming;
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    public async Task Rollout_HalfOfTheWritesConflict_IsClean()
    {
        await using var twin = await FaultyTwin.StartAsync(new TwinSettings(), Cancellation);
        twin.Around = Kit.Faults.Refuse(c => c is "patch nodes" or "update configmaps" or "update leases", share: 0.5, 409);
        var aftermath = await Aftermath.BeforeAsync(twin, Cancellation);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var writing = Others.WriteOnNodesAsync(twin, aftermath.Nodes, enough.Token);
        await using var server = Managing.Start("server", twin.Attachment());

        await Patience.UntilAsync("all nodes being upgraded", Long, async () => await aftermath.CountAsync(Managing.New, Cancellation) >= 3 ? null : "They are not.", () => $"{server.Said}\n{twin.Witness.Story}");
        await enough.CancelAsync();
        await writing;
        await aftermath.IsCleanAsync(Managing.New, Long, () => server.Said, Cancellation);
    }

    [Fact]
    public async Task Rollout_ApiServerRestartsThreeTimes_IsClean()
    {
        await using var twin = await FaultyTwin.StartAsync(new TwinSettings { TimeScale = 200 }, Cancellation);

        await EndsCleanAsync(twin, during: async () =>
        {
            for (var restarts = 0; restarts < 3; restarts++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1500), Cancellation);
                await twin.StopAsync();
                await Task.Delay(TimeSpan.FromMilliseconds(300), Cancellation);
                await twin.StartAgainAsync(Cancellation);
            }
        });
    }

    [Fact]
    public async Task Rollout_TokensExpireAndTheClusterIsAttachedAnew_IsClean()
    {
        await using var twin = await FaultyTwin.StartAsync(new TwinSettings { TokenLifetime = NodaTime.Duration.FromSeconds(3), TimeScale = 100 }, Cancellation);
        var refused = 0;
        twin.Around = async (context, next) =>
        {
            await next();
            if (context.Response.StatusCode == 401)
            {
                Interlocked.Increment(ref refused);
            }
        };
        var aftermath = await Aftermath.BeforeAsync(twin, Cancellation);
        await using var server = Managing.Start("server", twin.Attachment());
        for (var anew = 0; anew < 2; anew++)
        {
            var before = refused;
            await Patience.UntilAsync("the token being refused", TimeSpan.FromSeconds(30), () => Task.FromResult(refused > before ? null : "It is not."), () => server.Said);
            await Task.Delay(TimeSpan.FromMilliseconds(300), Cancellation);
            server.Attachment = twin.Attachment();
        }

        using var rotation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var rotating = Others.EveryAsync(TimeSpan.FromSeconds(2), _ => Task.FromResult(server.Attachment = twin.Attachment()), rotation.Token);
        await aftermath.IsCleanAsync(Managing.New, Long, () => server.Said, Cancellation);
        await rotation.CancelAsync();
        await rotating;
    }

    private static async Task EndsCleanAsync(FaultyTwin twin, Func<Task>? during = null)
    {
        var aftermath = await Aftermath.BeforeAsync(twin, Cancellation);
        await using var server = Managing.Start("server", twin.Attachment());
        if (during is not null)
        {
            await during();
        }

        await aftermath.IsCleanAsync(Managing.New, Long, () => server.Said, Cancellation);
    }
}

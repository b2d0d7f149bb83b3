using Imago.Application.Engine;
using Imago.Application.Storage;
using Imago.Application.Tests.Engine.Kit;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Engine;

public sealed class ShardWorkerTests
{
    // Of a few milliseconds each.
    private const int MostTries = 20_000;

    private static readonly int Shard = Shards.Of(Installation.Key);

    [Fact]
    public async Task Run_ClusterIsCreatedAndAnImageReleased_DoesEverythingByItself()
    {
        var world = new Installation();
        using var worker = Worker(world);
        using var stop = new CancellationTokenSource();
        var running = worker.RunAsync(Shard, stop.Token).AsTask();
        await world.CreateAsync(("apps", 2));
        worker.Nudge(Installation.Key);
        await MoveAsync(world, () => world.Cluster.ProvisioningState == Domain.Rollouts.Records.ProvisioningState.Succeeded);

        world.Release(Installation.New);
        await world.NudgeAsync();
        await MoveAsync(world, () => world.PoolStatus("apps").NodeImageVersion == Installation.New);

        await MoveAsync(world, () => world.Engine.OpenClusters == 0);
        await StopAsync(running, stop);
        worker.Shards.ShouldBeEmpty();
    }

    [Fact]
    public async Task Run_NothingIsDue_AsksTheStoreOnceInEachInterval()
    {
        var world = new Installation();
        using var worker = Worker(world);
        using var stop = new CancellationTokenSource();
        var running = new[] { worker.RunAsync(1, stop.Token).AsTask(), worker.RunAsync(2, stop.Token).AsTask(), worker.RunAsync(3, stop.Token).AsTask() };
        await IdleAsync(world, 3);
        var before = world.Store.Questions;

        for (var second = 1; second <= 5; second++)
        {
            world.Clock.MoveTo(Installation.Start + Duration.FromSeconds(second));
            await IdleAsync(world, 3);
        }

        (world.Store.Questions - before).ShouldBe(5);
        await StopAsync(Task.WhenAll(running), stop);
    }

    [Fact]
    public async Task Run_StoreDoesNotAnswer_WaitsLongerEachTimeAndComesBack()
    {
        var world = new Installation();
        using var worker = Worker(world);
        using var stop = new CancellationTokenSource();
        await world.CreateAsync(("apps", 1));
        world.Store.Outage = new StoreUnavailableException("gone");
        var running = worker.RunAsync(Shard, stop.Token).AsTask();
        var waits = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            await IdleAsync(world, 1);
            var next = world.Clock.NextTimer!.Value;
            waits.Add((next - world.Clock.Now).TotalSeconds);
            world.Clock.MoveTo(next);
        }

        waits.ShouldBe(waits.Order());
        waits[^1].ShouldBeInRange(8, 16);
        world.Store.Outage = null;
        await MoveAsync(world, () => world.Cluster.ProvisioningState == Domain.Rollouts.Records.ProvisioningState.Succeeded);
        await StopAsync(running, stop);
    }

    [Fact]
    public async Task Run_APassFails_OthersGoOnAndItIsTriedAgainLater()
    {
        var world = new Installation();
        using var worker = Worker(world);
        using var stop = new CancellationTokenSource();
        var broken = true;
        world.Spec = s => broken ? throw new InvalidOperationException("a bug") : s;
        await world.CreateAsync(("apps", 1));
        var running = worker.RunAsync(Shard, stop.Token).AsTask();
        await IdleAsync(world, 1);
        var questions = world.Store.Questions;
        await IdleAsync(world, 1);
        world.Store.Questions.ShouldBe(questions, "a failed pass must not be tried again at once");

        broken = false;
        await MoveAsync(world, () => world.Cluster.ProvisioningState == Domain.Rollouts.Records.ProvisioningState.Succeeded);
        await StopAsync(running, stop);
    }

    // An attached cluster may take half a minute to time out.
    [Fact]
    public async Task Run_OneClusterDoesNotAnswer_OthersOfItsShardGoOnAndAStopWaitsForIt()
    {
        var world = new Installation();
        await world.CreateAsync(("apps", 1));
        var answer = new TaskCompletionSource();
        var asked = 0;
        world.Between = near => new SlowHost(near, async () =>
        {
            Interlocked.Increment(ref asked);
            await answer.Task;
        });
        world.Boot();
        using var worker = Worker(world);
        using var stop = new CancellationTokenSource();
        var other = OtherKeyOfTheShard();
        var running = worker.RunAsync(Shard, stop.Token).AsTask();
        await EventuallyAsync(() => Volatile.Read(ref asked) == 1);

        // The other one is not there any more, which a pass finds out without anybody's help.
        await world.Store.CommitAsync(new StoreBatch { Nudges = [(other, world.Clock.Now)] }, TestContext.Current.CancellationToken);
        worker.Nudge(other);
        await EventuallyAsync(() => world.Store.Wake(other) is { At: null });
        await world.NudgeAsync();
        worker.Nudge(Installation.Key);
        await IdleAsync(world, 1);
        Volatile.Read(ref asked).ShouldBe(1, "passes of one cluster must not overlap");

        await stop.CancelAsync();
        running.IsCompleted.ShouldBeFalse();
        answer.SetResult();
        await running;
    }

    [Fact]
    public async Task Run_TheSameShardTwice_Refuses()
    {
        var world = new Installation();
        using var worker = Worker(world);
        using var stop = new CancellationTokenSource();
        var running = worker.RunAsync(Shard, stop.Token).AsTask();

        await Should.ThrowAsync<InvalidOperationException>(async () => await worker.RunAsync(Shard, stop.Token));

        await StopAsync(running, stop);
    }

    [Fact]
    public void Take_ClusterNudgedWhileItsPassRuns_IsPassedOverAgain()
    {
        var queue = new ShardQueue();
        var wake = new ClusterWake("c", 1, Installation.Start, 1);
        queue.Offer(wake);
        queue.Take(Installation.Start).ShouldBe(wake);

        queue.Offer(wake with { Generation = 2 });
        queue.Plan(wake, Installation.Start + Duration.FromHours(1));
        queue.Ended("c");

        queue.Take(Installation.Start).ShouldBe(wake with { Generation = 2 });
    }

    [Fact]
    public void Take_SameWakeOfferedWhileItsPassRuns_IsNotPassedOverTwice()
    {
        var queue = new ShardQueue();
        var wake = new ClusterWake("c", 1, Installation.Start, 1);
        queue.Offer(wake);
        queue.Take(Installation.Start);

        queue.Offer(wake);
        queue.Plan(wake, null);
        queue.Ended("c");

        queue.Take(Installation.Start + Duration.FromHours(1)).ShouldBeNull();
    }

    [Fact]
    public void Take_SeveralDue_GivesTheEarliestFirstAndHeldOnesLater()
    {
        var queue = new ShardQueue();
        queue.Offer(new ClusterWake("b", 1, Installation.Start - Duration.FromSeconds(1), 1));
        queue.Offer(new ClusterWake("a", 1, Installation.Start - Duration.FromSeconds(2), 1));
        queue.Hold(new ClusterWake("c", 1, Installation.Start - Duration.FromSeconds(9), 1), Installation.Start + Duration.FromSeconds(5));
        queue.Offer(new ClusterWake("c", 1, Installation.Start - Duration.FromSeconds(9), 1));

        queue.Take(Installation.Start)!.ClusterKey.ShouldBe("a");
        queue.Take(Installation.Start)!.ClusterKey.ShouldBe("b");
        queue.Take(Installation.Start).ShouldBeNull();
        queue.Take(Installation.Start + Duration.FromSeconds(5))!.ClusterKey.ShouldBe("c");
    }

    [Fact]
    public void After_AnyNumberOfFailures_StaysBetweenHalfAndAllOfTheDoubledWait()
    {
        var options = new EngineOptions { Holder = "a" };
        for (var failures = 1; failures < 100; failures++)
        {
            var full = Math.Min(60, Math.Pow(2, Math.Min(failures - 1, 16)));
            Retries.After(failures, options, "c").TotalSeconds.ShouldBeInRange(full / 2, full);
        }

        Retries.After(3, options, "c").ShouldBe(Retries.After(3, options, "c"));
        Retries.After(3, options, "c").ShouldNotBe(Retries.After(3, options with { Seed = 1 }, "c"));
    }

    [Fact]
    public void Take_ClusterIsBeingPassedOver_WaitsForTheEndOfThePass()
    {
        var queue = new ShardQueue();
        queue.Offer(new ClusterWake("c", 1, Installation.Start, 1));
        queue.Take(Installation.Start).ShouldNotBeNull();

        queue.Offer(new ClusterWake("c", 1, Installation.Start, 2));

        queue.Take(Installation.Start).ShouldBeNull();
        queue.Ended("c");
        queue.Take(Installation.Start)!.Generation.ShouldBe(2);
    }

    private static string OtherKeyOfTheShard() => Enumerable.Range(0, int.MaxValue).Select(n => $"/other/{n}").First(k => Shards.Of(k) == Shard);

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        for (var tries = 0; !condition(); tries++)
        {
            tries.ShouldBeLessThan(MostTries, "it takes too long");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    private static ShardWorker Worker(Installation world) => new(world.Engine, world.Store, world.Clock, world.Options, NullLogger<ShardWorker>.Instance);

    /// <summary>Moves the clock from timer to timer until a condition holds.</summary>
    private static async Task MoveAsync(Installation world, Func<bool> until)
    {
        for (var tries = 0; !until(); tries++)
        {
            tries.ShouldBeLessThan(MostTries, "it takes too long");
            if (world.Clock.NextTimer is { } next)
            {
                world.Clock.MoveTo(next);
            }

            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until so many loops have set their timers and nothing more happens.</summary>
    private static async Task IdleAsync(Installation world, int loops)
    {
        for (var (calm, tries) = (0, 0); calm < 5; tries++)
        {
            tries.ShouldBeLessThan(MostTries, "it takes too long");
            calm = world.Clock.Timers >= loops ? calm + 1 : 0;
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private static async Task StopAsync(Task running, CancellationTokenSource stop)
    {
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private sealed class SlowHost(IClusterHost near, Func<Task> before) : IClusterHost
    {
        public async ValueTask<IHostedCluster> OpenAsync(string clusterKey, StoredLease lease, CancellationToken cancellation)
        {
            await before();
            return await near.OpenAsync(clusterKey, lease, cancellation);
        }

        public ValueTask ForgetAsync(string clusterKey, CancellationToken cancellation) => near.ForgetAsync(clusterKey, cancellation);
    }
}

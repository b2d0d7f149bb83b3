using System.Collections.Concurrent;
using Imago.Application.Attachments;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Application.Resources;
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
        world.Between = near => new SlowHost(near, async _ =>
        {
            Interlocked.Increment(ref asked);
            await answer.Task;
        });
        world.Boot();
        using var worker = Worker(world);
        using var stop = new CancellationTokenSource();
        var other = OtherKeysOfTheShard().First();
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

    // Each may hang for a minute: if they could take every place, no other cluster would be passed over meanwhile.
    [Fact]
    public async Task Run_ManyClustersAreUnreachable_OthersHavePlacesAllTheSame()
    {
        var world = new Installation();
        var hang = new TaskCompletionSource();
        var hanging = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        var isHanging = false;
        world.Between = near => new SlowHost(near, async key =>
        {
            if (key == Installation.Key)
            {
                return;
            }

            if (Volatile.Read(ref isHanging))
            {
                hanging[key] = true;
                await hang.Task;
            }

            throw new ConnectionException("no route to host");
        });
        world.Boot();
        var dead = OtherKeysOfTheShard().Take(12).ToList();
        await AttachAsync(world, dead);
        using var worker = new ShardWorker(world.Engine, world.Store, world.Clock, world.Options with { MostPassesAtOnce = 8 }, NullLogger<ShardWorker>.Instance);
        using var stop = new CancellationTokenSource();
        var running = worker.RunAsync(Shard, stop.Token).AsTask();
        await MoveAsync(world, () => dead.TrueForAll(k => StatusText.ReadCluster(world.Store[k].Status).Unreachable is not null));

        Volatile.Write(ref isHanging, true);
        await MoveAsync(world, () => hanging.Count == 2);
        await world.CreateAsync(("apps", 1));
        await MoveAsync(world, () => world.Cluster.ProvisioningState == Domain.Rollouts.Records.ProvisioningState.Succeeded);

        hanging.Count.ShouldBe(2, "a quarter of the places is theirs");

        // Somebody may just have mended one of them.
        var mended = dead.First(k => !hanging.ContainsKey(k));
        await world.Store.CommitAsync(new StoreBatch { Nudges = [(mended, world.Clock.Now)] }, TestContext.Current.CancellationToken);
        await MoveAsync(world, () => hanging.ContainsKey(mended));
        hanging.Count.ShouldBe(3);
        await stop.CancelAsync();
        hang.SetResult();
        await running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task NodesChanged_ClusterIsPutAway_IsPassedOverOnceAfterAWhile()
    {
        var world = new Installation();
        var opened = 0;
        world.Between = near => new SlowHost(near, _ =>
        {
            Interlocked.Increment(ref opened);
            return Task.CompletedTask;
        });
        world.Boot();
        using var worker = Worker(world);
        using var stop = new CancellationTokenSource();
        var running = worker.RunAsync(Shard, stop.Token).AsTask();
        await world.CreateAsync(("apps", 1));
        await MoveAsync(world, () => world.Cluster.ProvisioningState == Domain.Rollouts.Records.ProvisioningState.Succeeded && world.Engine.OpenClusters == 0);
        var (before, since) = (Volatile.Read(ref opened), world.Clock.Now);

        for (var n = 0; n < 5; n++)
        {
            worker.NodesChanged(Installation.Key);
        }

        await MoveAsync(world, () => Volatile.Read(ref opened) > before && world.Engine.OpenClusters == 0);
        (world.Clock.Now - since).TotalSeconds.ShouldBeInRange(10, 15);
        for (var end = world.Clock.Now + Duration.FromMinutes(1); world.Clock.Now < end;)
        {
            await IdleAsync(world, 1);
            world.Clock.MoveTo(world.Clock.NextTimer!.Value);
        }

        Volatile.Read(ref opened).ShouldBe(before + 1);
        await StopAsync(running, stop);
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

    private static IEnumerable<string> OtherKeysOfTheShard() => Enumerable.Range(0, int.MaxValue).Select(n => $"/subscriptions/s/resourcegroups/g/providers/microsoft.containerservice/managedclusters/c{n}").Where(k => Shards.Of(k) == Shard);

    private static async Task AttachAsync(Installation world, List<string> clusters)
    {
        foreach (var key in clusters)
        {
            StoredResource[] resources =
            [
                Stored(key, ResourceTypes.ManagedCluster),
                Stored(AttachmentDocument.KeyOf(key), ResourceTypes.Attachment),
            ];
            var batch = new StoreBatch { Resources = [.. resources.Select(r => new ResourceWrite.Create(r) { Key = r.Key })], Nudges = [(key, world.Clock.Now)] };
            (await world.Store.CommitAsync(batch, TestContext.Current.CancellationToken)).Committed.ShouldBeTrue();

            StoredResource Stored(string own, string type) => new()
            {
                Key = own, Id = own, Type = type, ParentKey = key, ClusterKey = key, Document = "{}", Status = "{}", Version = 1, StatusVersion = 1, CreatedAt = world.Clock.Now, ChangedAt = world.Clock.Now,
            };
        }
    }

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

    private sealed class SlowHost(IClusterHost near, Func<string, Task> before) : IClusterHost
    {
        public async ValueTask<IHostedCluster> OpenAsync(string clusterKey, StoredLease lease, CancellationToken cancellation)
        {
            await before(clusterKey);
            return await near.OpenAsync(clusterKey, lease, cancellation);
        }

        public ValueTask ForgetAsync(string clusterKey, CancellationToken cancellation) => near.ForgetAsync(clusterKey, cancellation);
    }
}

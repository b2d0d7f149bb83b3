using System.Collections.Concurrent;
using System.Text.Json;
using Imago.Kubernetes.Tests.Clusters.Kit;
using Imago.Kubernetes.Tests.Faults.Kit;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Faults;

/// <summary>Two managing servers have the same cluster attached, and know nothing of each other but what is in the cluster.</summary>
public sealed class TwoServersTests
{
    private static readonly WallClock Clock = new();

    private const string LeasePath = "/apis/coordination.k8s.io/v1/namespaces/imago-system/leases/imago";
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(120);

    private readonly ConcurrentQueue<Written> _written = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BothAtOnce_OneWorksUntilItIsKilled_TheOtherEndsIt()
    {
        await using var twin = await FaultyTwin.StartAsync(new TwinSettings { TimeScale = 200 }, Cancellation);
        twin.Around = NoteAsync;
        var aftermath = await Aftermath.BeforeAsync(twin, Cancellation);
        await using var one = Managing.Start("one", twin.Attachment());
        await using var two = Managing.Start("two", twin.Attachment());
        await Patience.UntilAsync("the first node being upgraded", Long, async () => await aftermath.CountAsync(Managing.New, Cancellation) > 0 ? null : "It is not.", Told);
        var working = _written.Select(w => w.Who).Distinct().ShouldHaveSingleItem();
        await (working == "one" ? one : two).KillAsync();
        var killed = Clock.GetUtcNow();

        await aftermath.IsCleanAsync(Managing.New, Long, Told, Cancellation);

        var after = _written.Where(w => w.Arrived > killed).ToList();
        after.ShouldNotBeEmpty();
        after.ShouldAllBe(w => w.Who != working);
        (after[0].Arrived - killed).ShouldBeLessThan(Managing.LeaseLength.ToTimeSpan() * 2.5);
        twin.Witness.Operations.Count.ShouldBe(3 + 2);

        string Told() => $"{one.Said}\n{two.Said}";
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LeaseTakenByForceInTheMiddleOfADrain_FirstStopsAtOnce_SecondEndsIt(bool firstIsSlow)
    {
        await using var twin = await FaultyTwin.StartAsync(new TwinSettings { TimeScale = 200 }, Cancellation);
        var (evicting, going) = (new TaskCompletionSource(), new TaskCompletionSource());
        twin.Around = Kit.Faults.Both(NoteAsync, async (context, next) =>
        {
            var (who, call) = (Who(context), Calls.Of(context));
            if (who == "one" && call == "create pods/eviction")
            {
                evicting.TrySetResult();
            }

            if (who == "one" && evicting.Task.IsCompleted && (firstIsSlow ? !Calls.IsWatch(call) : call == "create pods/eviction"))
            {
                await going.Task.WaitAsync(context.RequestAborted);
            }

            await next();
        });
        var aftermath = await Aftermath.BeforeAsync(twin, Cancellation);
        await using var one = Managing.Start("one", twin.Attachment());
        await evicting.Task.WaitAsync(Long, Cancellation);

        await twin.PatchAsync(LeasePath, """{"spec":{"holderIdentity":""}}""", Cancellation);
        await using var two = Managing.Start("two", twin.Attachment());
        await Patience.UntilAsync("the second writing its record", Long, () => Task.FromResult(_written.Any(w => w is { Who: "two", Call: "update configmaps" }) ? null : "It does not."), () => two.Said);
        var taken = Clock.GetUtcNow();
        going.SetResult();

        await aftermath.IsCleanAsync(Managing.New, Long, () => $"{one.Said}\n{two.Said}", Cancellation);

        _written.Where(w => w.Who == "one" && w.Arrived > taken).ShouldBeEmpty();
        twin.Witness.Operations.Count.ShouldBe(3 + 2);
    }

    [Fact]
    public async Task LeaseTakenByForceWhileTheProviderIsAsked_ProviderRefusesTheOldEpoch()
    {
        await using var twin = await FaultyTwin.StartAsync(new TwinSettings(), Cancellation);
        var (asking, going) = (new TaskCompletionSource(), new TaskCompletionSource());
        var answers = new ConcurrentQueue<(long Epoch, int Code)>();
        twin.Around = NoteAsync;
        twin.AroundProvider = async (context, next) =>
        {
            if (!HttpMethods.IsPut(context.Request.Method))
            {
                await next();
                return;
            }

            context.Request.EnableBuffering();
            using var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            context.Request.Body.Position = 0;
            var epoch = body.RootElement.GetProperty("epoch").GetInt64();
            if (epoch == 1 && context.Request.Path.Value!.Contains("eimage", StringComparison.Ordinal))
            {
                asking.TrySetResult();
                await going.Task;
            }

            await next();
            answers.Enqueue((epoch, context.Response.StatusCode));
        };
        var aftermath = await Aftermath.BeforeAsync(twin, Cancellation);
        await using var one = Managing.Start("one", twin.Attachment());
        await asking.Task.WaitAsync(Long, Cancellation);

        await twin.PatchAsync(LeasePath, """{"spec":{"holderIdentity":""}}""", Cancellation);
        await using var two = Managing.Start("two", twin.Attachment());
        await Patience.UntilAsync("the second asking the provider", Long, () => Task.FromResult(answers.Any(a => a.Epoch > 1) ? null : "It does not."), () => two.Said);
        going.SetResult();

        await aftermath.IsCleanAsync(Managing.New, Long, () => $"{one.Said}\n{two.Said}", Cancellation);

        var late = answers.SkipWhile(a => a.Epoch == 1).Where(a => a.Epoch == 1).ToList();
        late.ShouldNotBeEmpty();
        late.ShouldAllBe(a => a.Code == 409);
        twin.Witness.Operations.Count.ShouldBe(3 + 2);
    }

    // Everything that changed something, but for the events: they are told, and change nothing.
    private async Task NoteAsync(HttpContext context, Func<Task> next)
    {
        var (call, arrived) = (Calls.Of(context), Clock.GetUtcNow());
        await next();
        if (Calls.IsWrite(call) && !call.EndsWith("events", StringComparison.Ordinal) && context.Response.StatusCode < 300)
        {
            _written.Enqueue(new Written(Who(context), call, arrived));
        }
    }

    private static string Who(HttpContext context) => context.Request.Headers.UserAgent.ToString();

    /// <summary>A write that was done.</summary>
    private sealed record Written(string Who, string Call, DateTimeOffset Arrived);
}

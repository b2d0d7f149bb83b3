using System.Collections.Concurrent;
using Imago.Kubernetes.Tests.Faults.Kit;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Faults;

/// <summary>A whole rollout of a small pool while answers are late, are refusals, or never come although what was asked is done.</summary>
public sealed class BrokenAnswersTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(120);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rollout_AnswersAreSlow_IsClean()
    {
        await using var twin = await FaultyTwin.StartAsync(new TwinSettings(), Cancellation);
        twin.Around = Kit.Faults.Slow(c => !Calls.IsWatch(c), TimeSpan.FromMilliseconds(400), seed: 1);

        await EndsCleanAsync(twin);
    }

    [Theory]
    [InlineData(500, null)]
    [InlineData(503, 1)]
    public async Task Rollout_ManyCallsAreRefused_IsClean(int code, int? retryAfter)
    {
        await using var twin = await FaultyTwin.StartAsync(new TwinSettings(), Cancellation);
        twin.Around = Kit.Faults.Refuse(_ => true, share: 0.15, code, retryAfter);

        await EndsCleanAsync(twin);
    }

    [Theory]
    [InlineData("create namespaces", 1)]
    [InlineData("create leases", 1)]
    [InlineData("update leases", 2)]
    [InlineData("create configmaps", 1)]
    [InlineData("update configmaps", 2)]
    [InlineData("patch nodes", 2)]
    [InlineData("create pods/eviction", 2)]
    [InlineData("create events", 2)]
    [InlineData("", 3)]
    public async Task Rollout_AnswersOfWritesAreLost_IsClean(string call, int every)
    {
        await using var twin = await FaultyTwin.StartAsync(new TwinSettings(), Cancellation);
        var lost = new ConcurrentBag<string>();
        twin.Around = Kit.Faults.Lose(c => call.Length > 0 ? c == call : Calls.IsWrite(c), every, lost.Add);

        await EndsCleanAsync(twin);

        lost.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Rollout_EverySecondAnswerOfTheProviderIsLost_DoesNothingTwice()
    {
        await using var twin = await FaultyTwin.StartAsync(new TwinSettings(), Cancellation);
        var calls = 0;
        twin.AroundProvider = async (context, next) =>
        {
            if (Interlocked.Increment(ref calls) % 2 != 0)
            {
                await next();
                return;
            }

            context.Response.Body = new MemoryStream();
            await next();
            context.Abort();
        };

        await EndsCleanAsync(twin);

        twin.Witness.Operations.Count.ShouldBe(3 + 2);
    }

    private static async Task EndsCleanAsync(FaultyTwin twin)
    {
        var aftermath = await Aftermath.BeforeAsync(twin, Cancellation);
        await using var server = Managing.Start("server", twin.Attachment());
        await aftermath.IsCleanAsync(Managing.New, Long, () => server.Said, Cancellation);
    }
}

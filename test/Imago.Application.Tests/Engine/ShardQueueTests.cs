using Imago.Application.Engine;
using Imago.Application.Storage;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Engine;

/// <summary>What happens in a cluster itself hurries the next pass over it, and never puts one off.</summary>
public sealed class ShardQueueTests
{
    private static readonly Instant Noon = Instant.FromUtc(2026, 11, 25, 12, 0);
    private static readonly ClusterWake Wake = new("c", 1, Noon, 1);
    private readonly ShardQueue _queue = new();

    [Fact]
    public void Hurry_ClusterWaits_IsPassedOverSooner()
    {
        _queue.Plan(Wake, Noon + Duration.FromHours(1));
        _queue.Hurry("c", Noon);
        _queue.Hurry("c", Noon + Duration.FromMinutes(1));

        _queue.NextAt.ShouldBe(Noon);
        _queue.Take(Noon).ShouldBe(Wake);
        _queue.Take(Noon + Duration.FromHours(2)).ShouldBeNull();
    }

    [Fact]
    public void Hurry_PassIsUnderWay_CountsForTheNextOne()
    {
        _queue.Plan(Wake, Noon);
        _queue.Take(Noon);
        _queue.Hurry("c", Noon + Duration.FromSeconds(1));
        _queue.Plan(Wake, Noon + Duration.FromHours(1));
        _queue.Ended("c");

        _queue.NextAt.ShouldBe(Noon + Duration.FromSeconds(1));
    }

    [Fact]
    public void Hurry_ClusterWasPutAwayMeanwhile_IsForgotten()
    {
        _queue.Plan(Wake, Noon);
        _queue.Take(Noon);
        _queue.Hurry("c", Noon);
        _queue.Plan(Wake, null);
        _queue.Ended("c");
        _queue.Plan(Wake, Noon + Duration.FromHours(1));

        _queue.NextAt.ShouldBe(Noon + Duration.FromHours(1));
    }

    [Fact]
    public void Hurry_AfterAFailure_WaitsAsLongAsTheFailureAsks()
    {
        _queue.Hold(Wake, Noon + Duration.FromMinutes(1));
        _queue.Hurry("c", Noon);

        _queue.NextAt.ShouldBe(Noon + Duration.FromMinutes(1));
    }
}

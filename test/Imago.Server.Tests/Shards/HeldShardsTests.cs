using Imago.Server.Shards;
using Shouldly;
using Xunit;

namespace Imago.Server.Tests.Shards;

public sealed class HeldShardsTests
{
    private readonly HandClock _clock = new();

    [Fact]
    public void Missing_BeforeAnyTurn_AreAll() => new HeldShards(_clock).Missing().Count.ShouldBe(64);

    [Fact]
    public void Missing_AShardBetweenTwoTurns_IsNotAmongThemUntilItStaysIdle()
    {
        var held = AllHeld();
        held.End(3, failed: false);

        _clock.Move(TimeSpan.FromSeconds(15));
        held.Missing().ShouldBeEmpty();
        _clock.Move(TimeSpan.FromSeconds(1));

        held.Missing().ShouldBe([3]);
    }

    [Fact]
    public void Missing_AShardWhoseWorkFailed_IsAmongThemUntilItBeginsAgain()
    {
        var held = AllHeld();

        held.End(3, failed: true);
        held.Missing().ShouldBe([3]);
        held.Begin(3);

        held.Missing().ShouldBeEmpty();
    }

    private HeldShards AllHeld()
    {
        var held = new HeldShards(_clock);
        foreach (var shard in Enumerable.Range(0, 64))
        {
            held.Begin(shard);
        }

        return held;
    }

    private sealed class HandClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Move(TimeSpan by) => _now += by.Ticks;
    }
}

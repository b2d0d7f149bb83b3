using Imago.Application.Engine.Operations;
using Imago.Application.Storage;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Engine;

public sealed class OneAtATimeTests
{
    [Theory]
    [Trait("Rule", "UP-62")]
    [InlineData(OperationKind.UpdateCluster, null)]
    [InlineData(OperationKind.CreatePool, "other")]
    [InlineData(OperationKind.UpgradeNodeImage, "other")]
    [InlineData(OperationKind.AutomaticUpgrade, "apps")]
    [InlineData(OperationKind.Abort, "apps")]
    public void InTheWay_AnythingIsOpen_IsThat(OperationKind kind, string? pool)
    {
        var open = Open(kind, pool);

        OneAtATime.InTheWay([open], _ => false).ShouldBe(open);
    }

    [Theory]
    [Trait("Rule", "AZ-21")]
    [InlineData(OperationKind.UpgradeNodeImage, "other", false)]
    [InlineData(OperationKind.UpgradeNodeImage, "Apps", true)]
    [InlineData(OperationKind.UpdateCluster, null, true)]
    [InlineData(OperationKind.AutomaticUpgrade, "other", true)]
    public void InTheWayOfImageUpgrade_ByKindAndPool_IsWhatExcludesIt(OperationKind kind, string? pool, bool isInTheWay) =>
        (OneAtATime.InTheWayOfImageUpgrade([Open(kind, pool)], "apps", _ => false) is not null).ShouldBe(isInTheWay);

    [Theory]
    [Trait("Rule", "MW-11")]
    [InlineData(OperationKind.AutomaticUpgrade, false)]
    [InlineData(OperationKind.UpgradeNodeImage, true)]
    public void InTheWay_RolloutWaitsForItsWindow_OnlyAnAutomaticOneDoesNotCount(OperationKind kind, bool isInTheWay) =>
        (OneAtATime.InTheWay([Open(kind, "apps")], pool => pool == "apps") is not null).ShouldBe(isInTheWay);

    private static StoredOperation Open(OperationKind kind, string? pool) => new()
    {
        Id = "0f0f0f0f-0000-4000-8000-000000000001",
        Kind = kind,
        Status = OperationStatus.InProgress,
        ResourceId = "/c",
        ClusterKey = "/c",
        Pool = pool,
        SubscriptionId = "s",
        Location = "north-1",
        StartedAt = Instant.FromUtc(2026, 8, 8, 22, 5),
        CorrelationId = "c",
        Caller = "somebody",
        Version = 1,
    };
}

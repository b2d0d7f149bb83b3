using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

public sealed class ConcurrencyTests
{
    // The table US-1 … US-11 of the specification; US-12 is refused, see below.
    [Theory]
    [InlineData("US-1", 3, 3, "10%", 1)]
    [InlineData("US-2", 10, 10, "10%", 1)]
    [InlineData("US-3", 11, 11, "10%", 2)]
    [InlineData("US-4", 4, 4, "50%", 2)]
    [InlineData("US-5", 5, 5, "50%", 3)]
    [InlineData("US-6", 6, 6, "33%", 2)]
    [InlineData("US-7", 10, 10, "33%", 4)]
    [InlineData("US-8", 3, 3, "5", 3)]
    [InlineData("US-9", 10, 2, "50%", 2)]
    [InlineData("US-10", 1, 1, "100%", 1)]
    [InlineData("US-11", 990, 990, "1%", 10)]
    [Trait("Rule", "UP-21")]
    [Trait("Rule", "UP-22")]
    [Trait("Rule", "UP-12")]
    public void For_ExamplesOfTheSpecification_GivesTheEffectiveSurge(string row, int size, int todo, string maxSurge, int effective)
    {
        IntOrPercent.TryParse(maxSurge, out var surge).ShouldBeTrue();

        var (room, refusal) = Concurrency.For(Pool(surge, null), size, todo);

        refusal.ShouldBeNull();
        room!.Surge.ShouldBe(effective, row);
    }

    [Fact]
    [Trait("Rule", "UP-25")]
    public void For_SizeAndSurgeBeyondTheLimit_IsRefusedWithWhatWouldFit()
    {
        var (room, refusal) = Concurrency.For(Pool(IntOrPercent.Of(11), null), 990, 990);

        room.ShouldBeNull();
        refusal.ShouldBe("Node pool 'a': 990 nodes and a surge of 11 are 1001, more than the 1000 nodes a pool may have. Lower max surge to at most 10.");
    }

    [Fact]
    [Trait("Rule", "UP-25")]
    public void For_PoolAtTheLimit_CanBeUpgradedInPlaceOnly()
    {
        Concurrency.For(Pool(IntOrPercent.Of(1), null), 1000, 5).Refusal
            .ShouldBe("Node pool 'a': 1000 nodes and a surge of 1 are 1001, more than the 1000 nodes a pool may have. Set max surge to 0 and use max unavailable.");
        Concurrency.For(Pool(IntOrPercent.Of(0), IntOrPercent.Of(1)), 1001, 5).Value.ShouldBe(new Concurrency(0, 1, 1));
    }

    [Fact]
    [Trait("Rule", "UP-23")]
    public void For_NeitherSurgeNorUnavailable_IsRefused()
    {
        var (room, refusal) = Concurrency.For(Pool(IntOrPercent.Percent(0), IntOrPercent.Of(0)), 3, 3);

        room.ShouldBeNull();
        refusal.ShouldBe("Node pool 'a': max surge '0%' with max unavailable '0' leaves no room to upgrade. Set at least one above zero.");
    }

    [Fact]
    [Trait("Rule", "UP-30")]
    [Trait("Rule", "UP-13")]
    public void For_MaxUnavailable_IsRoundedAndCappedLikeTheSurge()
    {
        Concurrency.For(Pool(IntOrPercent.Of(0), IntOrPercent.Percent(33)), 10, 10).Value.ShouldBe(new Concurrency(0, 4, 4));
        Concurrency.For(Pool(IntOrPercent.Of(0), IntOrPercent.Of(5)), 10, 2).Value.ShouldBe(new Concurrency(0, 2, 2));
    }

    [Fact]
    [Trait("Rule", "UP-31")]
    public void For_MaxUnavailableOnASystemPool_IsRefusedUnlessNoSurgeExists()
    {
        var system = Pool(IntOrPercent.Of(0), IntOrPercent.Of(1)) with { Mode = PoolMode.System };

        Concurrency.For(system, 3, 3).Refusal.ShouldBe("Node pool 'a' is a System pool: max unavailable '1' is not allowed there, only 0. Use max surge instead.");
        Concurrency.For(system with { Provider = new ProviderCapabilities(CanSurge: false, 1000) }, 3, 3).Value.ShouldBe(new Concurrency(0, 1, 1));
    }

    [Fact]
    [Trait("Rule", "UP-31")]
    public void For_ProviderWithoutSurge_TakesOneNodeAtATime() =>
        Concurrency.For(Pool(IntOrPercent.Percent(50), null) with { Provider = new ProviderCapabilities(CanSurge: false, 1000) }, 10, 10).Value.ShouldBe(new Concurrency(0, 1, 1));

    [Theory]
    [InlineData("1.32", null, "10%")]
    [InlineData("1.31", "1.28", "10%")]
    [InlineData("1.31", "1.27", "1")]
    [InlineData("1.31", null, "1")]
    [InlineData(null, null, "1")]
    [Trait("Rule", "UP-20")]
    public void DefaultSurge_ByVersion_IsTenPercentOrOne(string? version, string? created, string expected)
    {
        KubernetesVersion? Read(string? text) => KubernetesVersion.TryParse(text, out var read) ? read : null;

        Concurrency.DefaultSurge(Pool(null, null) with { Kubernetes = Read(version), CreatedAtKubernetes = Read(created) }).ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData(null, 2)]
    [InlineData(1, 1)]
    [InlineData(50, 3)]
    [Trait("Rule", "UP-17")]
    [Trait("Rule", "UP-55")]
    public void For_MaxBlockedNodes_IsTheSurgeUnlessSetAndCappedByWhatThereIsToDo(int? blocked, int expected)
    {
        var pool = Pool(IntOrPercent.Of(2), null);
        pool = pool with { Settings = pool.Settings with { MaxBlockedNodes = blocked is { } n ? IntOrPercent.Of(n) : null } };

        Concurrency.For(pool, 10, 3).Value!.MaxBlocked.ShouldBe(expected);
    }

    [Fact]
    [Trait("Rule", "UP-14")]
    [Trait("Rule", "UP-15")]
    [Trait("Rule", "UP-16")]
    public void Settings_NothingSet_HaveTheDocumentedDefaults()
    {
        var settings = new UpgradeSettings();

        settings.DrainTimeout.TotalMinutes.ShouldBe(30);
        settings.NodeSoak.TotalMinutes.ShouldBe(0);
        settings.Undrainable.ShouldBe(UndrainableNodeBehavior.Schedule);
        settings.BarePods.ShouldBe(BarePods.Evict);
        settings.WindowClose.ShouldBe(WindowClose.FinishNode);
        settings.Canary.ShouldBe(Canary.FirstNode);
        settings.CanarySoak.TotalMinutes.ShouldBe(2);
        settings.NodeReadyTimeout.TotalMinutes.ShouldBe(15);
        settings.UpgradePriority.ShouldBe(100);
    }

    private static PoolSpec Pool(IntOrPercent? surge, IntOrPercent? unavailable) =>
        new() { Name = "a", Settings = new UpgradeSettings { MaxSurge = surge, MaxUnavailable = unavailable } };
}

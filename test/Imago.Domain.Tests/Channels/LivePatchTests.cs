using Imago.Domain.Channels;
using Imago.Domain.Images;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Channels;

public sealed class LivePatchTests
{
    [Theory]
    [Trait("Rule", "CH-36")]
    [InlineData("10.0.0.1", true)]
    [InlineData("10.255.255.255", true)]
    [InlineData("172.16.0.1", true)]
    [InlineData("172.31.255.254", true)]
    [InlineData("192.168.0.1", true)]
    [InlineData("9.255.255.255", false)]
    [InlineData("11.0.0.1", false)]
    [InlineData("172.15.255.255", false)]
    [InlineData("172.32.0.1", false)]
    [InlineData("192.167.1.1", false)]
    [InlineData("169.254.1.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("8.8.8.8", false)]
    [InlineData("fd00::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("010.0.0.1", false)]
    [InlineData("10.1", false)]
    [InlineData("10.0.0.1:443", false)]
    [InlineData("http://10.0.0.1", false)]
    [InlineData(" 10.0.0.1", false)]
    [InlineData("10.0.0.1\n", false)]
    [InlineData("10.0.0.256", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Accept_AnAddress_OnlyPrivateIPv4(string? text, bool accepted)
    {
        var address = LivePatchRepoService.Accept(text);

        (address is not null).ShouldBe(accepted);
        address?.ToString().ShouldBe(text);
    }

    [Fact]
    [Trait("Rule", "CH-35")]
    public void NextLook_OfAnAgent_IsTenMinutesAfterBootAndEveryTenFromThere()
    {
        var boot = Instant.FromUtc(2026, 7, 1, 12, 3);

        LivePatchAgent.NextLook(boot, boot).ShouldBe(boot + Duration.FromMinutes(10));
        LivePatchAgent.NextLook(boot, boot + Duration.FromMinutes(10)).ShouldBe(boot + Duration.FromMinutes(10));
        LivePatchAgent.NextLook(boot, boot + Duration.FromMinutes(10) + Duration.FromSeconds(1)).ShouldBe(boot + Duration.FromMinutes(20));
        LivePatchAgent.NextLook(boot, boot + Duration.FromMinutes(79)).ShouldBe(boot + Duration.FromMinutes(80));
        LivePatchAgent.RunLimit.ShouldBe(Duration.FromMinutes(60));
        LivePatchAgent.PackageAttempts.ShouldBe(10);
    }

    [Fact]
    [Trait("Rule", "CH-34")]
    public void HasWork_ByDesiredAndReachedLevel()
    {
        var july = PatchLevel.OfDate(new LocalDate(2026, 7, 6));
        var august = PatchLevel.OfDate(new LocalDate(2026, 8, 14));

        LivePatchAgent.HasWork(null, july).ShouldBeFalse();
        LivePatchAgent.HasWork(null, null).ShouldBeFalse();
        LivePatchAgent.HasWork(july, july).ShouldBeFalse();
        LivePatchAgent.HasWork(august, july).ShouldBeTrue();
        LivePatchAgent.HasWork(july, null).ShouldBeTrue();
        LivePatchAgent.HasWork(july, august).ShouldBeTrue();
    }
}

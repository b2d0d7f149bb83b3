using Imago.Domain.Images;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Images;

public sealed class KubernetesVersionTests
{
    [Theory]
    [InlineData("1.30", "1.30.0")]
    [InlineData("v1.30.3", "1.30.3")]
    [InlineData("1.30.100-akslts", "1.30.100")]
    [InlineData("v1.29.1-gke.1589017", "1.29.1")]
    [InlineData("v1.30.4+k3s1", "1.30.4")]
    public void TryParse_OfAnyDistribution_ReadsMajorMinorPatch(string text, string expected)
    {
        KubernetesVersion.TryParse(text, out var version).ShouldBeTrue();

        version.ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("v")]
    [InlineData("1")]
    [InlineData("1.x")]
    [InlineData("1.30.4.5")]
    [InlineData("1.-3")]
    [InlineData("1.99999999999")]
    [InlineData("vv1.30")]
    public void TryParse_OfSomethingElse_Refuses(string? text) => KubernetesVersion.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void CompareTo_IsNumeric()
    {
        (new KubernetesVersion(1, 9, 11) < new KubernetesVersion(1, 30, 0)).ShouldBeTrue();
        new KubernetesVersion(1, 30, 2).AtLeast(1, 30).ShouldBeTrue();
        new KubernetesVersion(1, 29, 9).AtLeast(1, 30).ShouldBeFalse();
        new KubernetesVersion(2, 0, 0).AtLeast(1, 30).ShouldBeTrue();
    }
}

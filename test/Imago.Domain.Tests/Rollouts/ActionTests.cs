using Imago.Domain.Images;
using Imago.Domain.Rollouts.Actions;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

public sealed class ActionTests
{
    [Fact]
    [Trait("Rule", "CH-6")]
    [Trait("Rule", "UP-27")]
    public void Actions_NameNeitherKubernetesVersionNorZone()
    {
        var members = new[] { typeof(ProviderRequest), typeof(NodeUpdate) }.Concat(typeof(RolloutAction).GetNestedTypes()).SelectMany(t => t.GetProperties()).ToList();

        members.ShouldNotBeEmpty();
        members.ShouldAllBe(p => p.PropertyType != typeof(KubernetesVersion) && p.PropertyType != typeof(KubernetesVersion?));
        members.ShouldAllBe(p => !p.Name.Contains("Kube", StringComparison.OrdinalIgnoreCase) && !p.Name.Contains("Zone", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("SKUNotAvailable")]
    [InlineData("AllocationFailed")]
    [InlineData("OverconstrainedAllocationRequest")]
    [InlineData("QuotaExceeded")]
    [InlineData("SubnetIsFull")]
    [InlineData("quotaexceeded")]
    [Trait("Rule", "UP-35")]
    public void CapacityErrors_KnownCodes_AreRecognized(string code) => CapacityErrors.Contains(code).ShouldBeTrue();

    [Theory]
    [InlineData("InternalError")]
    [InlineData("Quota")]
    [InlineData("")]
    [InlineData(null)]
    [Trait("Rule", "UP-35")]
    public void CapacityErrors_OtherCodes_AreNot(string? code) => CapacityErrors.Contains(code).ShouldBeFalse();
}

using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

[Trait("Rule", "UP-63")]
public sealed class ProvisioningStateTests
{
    private static readonly RolloutTarget Image = new RolloutTarget.Image(NodeImage.Parse(Some.New));
    private static readonly RolloutTarget Patch = new RolloutTarget.Patch(Some.Level(6, 22), LivePatching: true);
    private static readonly RolloutTarget Opaque = new RolloutTarget.Opaque("cos-117");

    [Fact]
    public void After_PoolThatNeverHadARollout_IsSucceeded() => ProvisioningStates.After(null).ShouldBe(ProvisioningState.Succeeded);

    [Theory]
    [InlineData(RolloutPhase.Running, ProvisioningState.UpgradingNodeImageVersion, ProvisioningState.Updating)]
    [InlineData(RolloutPhase.Halting, ProvisioningState.UpgradingNodeImageVersion, ProvisioningState.Updating)]
    [InlineData(RolloutPhase.Canceling, ProvisioningState.Canceling, ProvisioningState.Canceling)]
    [InlineData(RolloutPhase.Canceled, ProvisioningState.Canceled, ProvisioningState.Canceled)]
    [InlineData(RolloutPhase.Succeeded, ProvisioningState.Succeeded, ProvisioningState.Succeeded)]
    [InlineData(RolloutPhase.Failed, ProvisioningState.Failed, ProvisioningState.Failed)]
    public void After_Phase_IsTheWordOfTheWireForItsTarget(RolloutPhase phase, ProvisioningState towardsImage, ProvisioningState otherwise)
    {
        ProvisioningStates.After(Record(phase, Image)).ShouldBe(towardsImage);
        ProvisioningStates.After(Record(phase, Patch)).ShouldBe(otherwise);
        ProvisioningStates.After(Record(phase, Opaque)).ShouldBe(otherwise);
    }

    [Fact]
    public void After_EveryPhase_HasAState() =>
        Enum.GetValues<RolloutPhase>().ShouldAllBe(phase => Enum.IsDefined(ProvisioningStates.After(Record(phase, Image))));

    [Fact]
    public void Values_AreTheOnesOfTheWire() => Enum.GetNames<ProvisioningState>().ShouldBe(
        ["Creating", "Updating", "Upgrading", "UpgradingNodeImageVersion", "Scaling", "Starting", "Stopping", "Deleting", "Canceling", "Canceled", "Succeeded", "Failed"]);

    private static RolloutRecord Record(RolloutPhase phase, RolloutTarget target) =>
        new() { Id = "r1", Pool = "a", Target = target, StartedAt = Some.Noon, Settings = new UpgradeSettings(), Phase = phase };
}

using Shouldly;

namespace Imago.Domain.Tests.Rollouts.Kit;

internal static class Tidiness
{
    /// <summary>Nothing of ours is left on any node, every rollout has ended, and no surge node is left.</summary>
    public static void ShouldBeTidy(this ObedientWorld world)
    {
        var told = world.Story.Tail(60);
        world.Records.ShouldAllBe(r => r.Ended, told);
        world.View.Nodes.Values.ShouldAllBe(n => n.Mark == null && !n.SteeredAway && !n.ScaleDownDisabled && !n.Quarantined, told);
        world.View.Nodes.Keys.ShouldAllBe(n => !n.Contains("-surge-"), told);
    }
}

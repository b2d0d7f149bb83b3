using Imago.Agent.Tests.Kit;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using static Imago.Agent.Tests.Kit.Orders;

namespace Imago.Agent.Tests.Deciding;

/// <summary>Stories with faults anywhere: the process is killed or a step fails at random calls; once that stops, the agent has to end where it should.</summary>
public sealed class AgentProperties
{
    private static readonly string[] Fates = ["kill", "kill", "MirrorUnreachable", "LockHeld", "InstallFailed"];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    [Trait("Rule", "NM-46")]
    [Trait("Rule", "NM-32")]
    [Trait("Rule", "NM-34")]
    public async Task Agent_KilledAndFailingAnywhere_EndsInTheRightReport(int seed)
    {
        var random = new Random(seed);
        using var story = new AgentStory();
        story.Machine.Fate = _ => random.Next(4) == 0 ? Fates[random.Next(Fates.Length)] : null;
        foreach (var level in new[] { L1, L2, L3 }.Where(_ => random.Next(3) > 0))
        {
            story.Machine.KernelLevels.Add(level.ToString());
        }

        for (var i = 0; i < 6; i++)
        {
            var (before, boot, done) = (story.State.Reached, story.Machine.BootId, story.Machine.Done.Count);
            var mode = (OrderMode)random.Next(3);
            story.Wishes = Order(mode, new[] { L1, L2, L3 }[random.Next(3)]);
            await story.SettleAsync();
            await CheckAsync(story, mode, before, boot, story.Machine.Done.Skip(done).ToList());
        }
    }

    private static Task CheckAsync(AgentStory story, OrderMode mode, PatchLevel? before, string boot, List<string> done)
    {
        var state = story.State;

        // NM-32: nothing but an order that says so takes the level down.
        (before is null || state.Reached >= before).ShouldBeTrue();
        story.Machine.IsHalf.ShouldBeFalse();
        state.IsOpen.ShouldBeFalse();
        if (mode != OrderMode.Drained)
        {
            done.ShouldNotContain("restart");
            story.Machine.BootId.ShouldBe(boot);
        }

        if (mode == OrderMode.Stage)
        {
            done.ShouldNotContain(d => d.StartsWith("install", StringComparison.Ordinal));
        }

        var level = state.Order!.Order.Level!.Value;
        switch (state.Phase)
        {
            case AgentPhase.Applied:
                state.Reached.ShouldBe(level);
                story.Machine.Installed.ShouldBe(level.ToString());
                break;
            case AgentPhase.Staged:
                mode.ShouldBe(OrderMode.Stage);
                break;
            case AgentPhase.RebootNeeded:
                mode.ShouldBe(OrderMode.Live);
                story.Machine.KernelLevels.ShouldContain(level.ToString());
                done.ShouldNotContain(d => d.StartsWith("install", StringComparison.Ordinal));
                break;
            case AgentPhase.Refused:
                (level < state.Reached!.Value).ShouldBeTrue();
                break;
            default:
                state.Phase.ShouldBe(AgentPhase.Applied);
                break;
        }

        return Task.CompletedTask;
    }
}

using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Tests.Kit;

namespace Imago.Simulation.Tests.Serving.Kit;

/// <summary>Rollout records as a test needs them.</summary>
internal static class Records
{
    public static NodeOutcome Upgraded { get; } =
        new() { Result = NodeResult.Upgraded, Work = NodeWork.Reimage, StartedAt = Run.Start, EndedAt = Run.Start, From = Blue.OldImage };

    public static RolloutRecord Begun(string pool, long epoch) => new()
    {
        Id = $"{pool}-new",
        Pool = pool,
        Target = new RolloutTarget.Image(NodeImage.Parse(Blue.NewImage)),
        StartedAt = Run.Start,
        Epoch = epoch,
        OriginalSize = 3,
        Settings = new UpgradeSettings(),
        Active = RolloutRecord.EmptyActive.Add(
            "node-1",
            new NodeProgress { Work = NodeWork.Reimage, Step = NodeStep.Draining, StartedAt = Run.Start, Since = Run.Start, From = Blue.OldImage, To = Blue.NewImage, Uid = "u" }),
    };
}

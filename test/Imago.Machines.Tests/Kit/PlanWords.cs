using Imago.NodeOs;
using Shouldly;

namespace Imago.Machines.Tests.Kit;

/// <summary>Says plans and failures in short, for comparing.</summary>
internal static class PlanWords
{
    /// <summary>The changes, for example <c>librig1 1.0-1 → 1.0-1+deb12u1 (Security)</c>.</summary>
    public static IEnumerable<string> Words(this PatchPlan plan) => plan.Changes.Select(c => $"{c.Name} {c.From ?? "none"} → {c.To} ({c.Pocket})");

    /// <summary>The reason that a step gives for not being done.</summary>
    public static async Task<NodeOsException> ShouldFailFor(this Task step, NodeOsReason reason)
    {
        var failure = await Should.ThrowAsync<NodeOsException>(step);
        failure.Reason.ShouldBe(reason, failure.Message);
        return failure;
    }
}

using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using Imago.Faults.Tests.Running;
using Shouldly;
using Xunit;

namespace Imago.Faults.Tests;

/// <summary>The search gets to every situation that it is meant to search.</summary>
public sealed class CoverageTests(ITestOutputHelper output)
{
    [Fact]
    public void Search_FewHundredSeeds_ReachEverySituation()
    {
        var seen = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var seed = 1UL; seed <= 300; seed++)
        {
            foreach (var what in FaultRun.Of(seed).Seen)
            {
                seen[what] = seen.GetValueOrDefault(what) + 1;
            }
        }

        output.WriteLine(string.Join('\n', seen.Select(s => $"{s.Value,4}  {s.Key}")));
        string[] wanted =
        [
            .. Enum.GetNames<RolloutPhase>().Select(p => $"phase {p}"), .. Enum.GetNames<NodeStep>().Select(s => $"step {s}"),
            .. Enum.GetNames<SurgeStep>().Select(s => $"surge {s}"), .. Enum.GetNames<NodeResult>().Where(r => r != nameof(NodeResult.Partial)).Select(r => $"node {r}"),
            "second attempt", "forced", "surge of one tried", "fallback in place", "security patch", "reboot", "foreign cordon under way", "nothing in the way",
            $"fault {nameof(ReasonCode.Aborted)}", $"fault {nameof(ReasonCode.ImageWithdrawn)}", $"fault {nameof(ReasonCode.NotReadyAfterUpgrade)}",
            $"fault {nameof(ReasonCode.Quarantined)}", $"fault {nameof(ReasonCode.Undrainable)}", $"fault {nameof(ReasonCode.BarePodKept)}", $"fault {nameof(ReasonCode.NoCapacity)}", "fault Superseded", "fault ProviderFailed",
        ];
        wanted.Where(w => !seen.ContainsKey(w)).ShouldBeEmpty();
    }
}

using Imago.Agent.Deciding;

namespace Imago.Agent.Tests.Deciding;

public sealed class AgentReasonTests
{
    [Fact]
    [Trait("Rule", "NM-30")]
    public void RemedyOf_EveryReason_SaysWhatToDo() =>
        AgentReason.All.Where(r => r != AgentReason.Unexpected).ShouldAllBe(r => AgentReason.RemedyOf(r) != AgentReason.RemedyOf("?"));

    [Fact]
    public void Reasons_InTheDocs_AreAllThereWithTheirRemedy()
    {
        var page = File.ReadAllText(Repository.File("docs/agent/reasons.md"));
        AgentReason.All.ShouldAllBe(r => page.Contains($"| `{r}` |", StringComparison.Ordinal));
        AgentReason.All.ShouldAllBe(r => page.Contains(AgentReason.RemedyOf(r), StringComparison.Ordinal));
    }
}

using System.Runtime.CompilerServices;
using Imago.Domain.Rollouts.Explanations;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts.Explanations;

public sealed class ReasonCodesDocumentedTests
{
    [Fact]
    public void Documentation_TablesOfCodesAndStatuses_AreComplete()
    {
        var rows = File.ReadAllLines(Path.Combine(Root(), "docs", "concepts", "rollouts.md")).Where(l => l.StartsWith("| `", StringComparison.Ordinal))
            .Select(l => l.Split('`')[1]).ToList();

        rows.ShouldBe([.. Enum.GetNames<NodeStatus>(), .. Enum.GetNames<ReasonCode>()]);
    }

    [Fact]
    public void Documentation_StoriesNamed_AreThere()
    {
        var text = File.ReadAllText(Path.Combine(Root(), "docs", "concepts", "rollouts.md"));
        var stories = Directory.GetFiles(Path.Combine(Root(), "test", "Imago.Domain.Tests", "Rollouts", "Stories"), "*.txt").Select(Path.GetFileNameWithoutExtension);
        var named = text.Split('`').Where((_, i) => i % 2 == 1).Where(w => w.Contains('-', StringComparison.Ordinal) && !w.Contains('*', StringComparison.Ordinal) && !w.Contains('=', StringComparison.Ordinal));

        named.ShouldBeSubsetOf(stories);
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", ".."));
}

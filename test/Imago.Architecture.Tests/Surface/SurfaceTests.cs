using System.Reflection;
using Imago.Domain.Clusters;
using Shouldly;
using Xunit;

namespace Imago.Architecture.Tests.Surface;

public sealed class SurfaceTests
{
    private static readonly bool Updating = string.Equals(Environment.GetEnvironmentVariable("IMAGO_UPDATE_GOLDENS"), "1", StringComparison.Ordinal);

    public static TheoryData<string> Promised => ["Imago.Domain", "Imago.Contracts"];

    [Theory]
    [MemberData(nameof(Promised))]
    public void Surface_ComparedWithItsBaseline_IsUnchanged(string name)
    {
        var path = Path.Combine(Repository.Own.Root, "test/Imago.Architecture.Tests/Baselines", $"{name}.txt");
        var now = PublicSurface.Of(Assembly.Load(name));
        if (Updating)
        {
            File.WriteAllText(path, now);
        }

        var before = File.ReadAllLines(path).ToHashSet(StringComparer.Ordinal);
        var after = now.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var changes = after.Except(before, StringComparer.Ordinal).Select(l => $"+ {l.Trim()}").Concat(before.Except(after, StringComparer.Ordinal).Select(l => $"- {l.Trim()}"));

        changes.ShouldBeEmpty($"The public surface of {name} changed. If it was meant to: IMAGO_UPDATE_GOLDENS=1 ./test.sh --project Architecture, and review the change of the baseline.");
        now.ShouldBe(File.ReadAllText(path));
    }

    [Fact]
    public void Surface_OfKnownTypes_ReadsLikeTheirSource()
    {
        var lines = PublicSurface.Of(typeof(ClusterView).Assembly).Split('\n').Select(l => l.Trim()).ToList();

        lines.ShouldContain("namespace Imago.Domain.Clusters");
        lines.ShouldContain("readonly record struct ObjectKey");
        lines.ShouldContain("sealed record ClusterChange.PodSeen : ClusterChange");
        lines.ShouldContain("required LabelSelector Selector { get; init; }");
        lines.ShouldContain("string? Zone { get; init; }");
        lines.ShouldContain("new(ObjectKey Budget, int Pods)");
        lines.ShouldContain("static ClusterView Of(IEnumerable<Node> nodes, IEnumerable<Pod> pods, IEnumerable<DisruptionBudget> budgets)");
        lines.ShouldNotContain(l => l.Contains("<Clone>", StringComparison.Ordinal) || l.Contains("PrintMembers", StringComparison.Ordinal));
    }
}

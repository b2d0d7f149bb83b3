using System.Collections.Immutable;
using System.Text.Json;
using Imago.Application.History;
using Imago.Application.History.Json;
using Imago.Application.Storage;
using Imago.Application.Tests.Engine.Kit;
using Imago.Application.Tests.History.Kit;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.History;

public sealed class ReplayTests
{
    [Fact]
    public void Between_AnyTwoInputs_TheChangeLeadsFromTheOneToTheOther()
    {
        for (var seed = 1; seed <= 150; seed++)
        {
            var any = new AnyValue(seed);
            var first = Input(any, ClusterView.Empty);
            var second = Input(any, first.View);

            var (whole, remembered) = DecisionInput.Between(null, first);
            var (change, _) = DecisionInput.Between(remembered, second);

            var before = Written(whole).After(null);
            var after = Written(change).After(before);
            Difference(before, first).ShouldBeNull($"seed {seed}, first");
            Difference(after, second).ShouldBeNull($"seed {seed}, second");
        }
    }

    [Fact]
    [Trait("Rule", "NM-48")]
    public void CatalogFacts_Any_ReadBackWithEveryMember()
    {
        for (var seed = 1; seed <= 150; seed++)
        {
            var facts = new AnyValue(seed).Of<CatalogFacts>();

            var text = JsonSerializer.Serialize(facts, HistoryJson.Options);

            Same.Difference(facts, JsonSerializer.Deserialize<CatalogFacts>(text, HistoryJson.Options)).ShouldBeNull($"seed {seed}: {text}");
        }
    }

    // The property above goes by what any value has: here is what machines brought.
    [Fact]
    [Trait("Rule", "NM-30")]
    public void Node_OfAMachine_ReadsBackWithReportOrderUpdaterAndTaint()
    {
        var read = new List<Node>();
        for (var seed = 1; seed <= 100; seed++)
        {
            var node = new AnyValue(seed).Of<Node>();
            read.Add(JsonSerializer.Deserialize<Node>(JsonSerializer.Serialize(node, HistoryJson.Options), HistoryJson.Options)!);
            Same.Difference(node, read[^1]).ShouldBeNull($"seed {seed}");
        }

        read.ShouldContain(n => n.Agent != null && n.Agent.Planned != null && n.Agent.Held.Length > 0 && n.Order != null && n.Order.Archive != null && n.Updater != null && n.NotPatchedYet);
    }

    [Fact]
    public void Between_NothingChanged_SaysSo()
    {
        var input = Input(new AnyValue(1), ClusterView.Empty);
        var (_, remembered) = DecisionInput.Between(null, input);

        var text = JsonSerializer.Serialize(DecisionInput.Between(remembered, input).Change, HistoryJson.Options);

        text.Length.ShouldBeLessThan(100, text);
    }

    [Fact]
    public async Task Check_DecisionsOfAWholeRollout_ComeOutTheSame()
    {
        var decisions = await DecisionsAsync();

        decisions.Count.ShouldBeGreaterThan(10);
        Replay.Check(decisions).ShouldBeEmpty();
        decisions.Select(d => d.Number).ShouldBe(Enumerable.Range(1, decisions.Count));
        decisions.Skip(1).ShouldAllBe(d => d.Input.Length < decisions[0].Input.Length);
    }

    [Fact]
    public async Task Check_ADecisionThatCodeWouldMakeDifferentlyNow_IsNamedWithBoth()
    {
        var decisions = await DecisionsAsync();
        var at = decisions.FindIndex(d => d.Plan.Contains("cordon", StringComparison.Ordinal));
        decisions[at] = decisions[at] with { Plan = decisions[at].Plan.Replace("cordon", "ignore", StringComparison.Ordinal) };

        var difference = Replay.Check(decisions).ShouldHaveSingleItem();

        difference.Number.ShouldBe(decisions[at].Number);
        (difference.Was.Contains("ignore", StringComparison.Ordinal), difference.Is.Contains("ignore", StringComparison.Ordinal)).ShouldBe((true, false));
    }

    [Fact]
    public async Task Check_TheFirstDecisionIsMissing_SaysSo()
    {
        var decisions = await DecisionsAsync();

        Should.Throw<JsonException>(() => Replay.Check(decisions.Skip(1)).ToList());
    }

    [Fact]
    public async Task Told_DecisionsOfARollout_ReadLikeAStory()
    {
        var told = (await DecisionsAsync()).ConvertAll(ToldDecision.Of);

        told[0].Notes.ShouldContain("The rollout of node pool 'apps' begins.");
        told.SelectMany(d => d.Actions).ShouldContain(a => a.StartsWith("reimage ", StringComparison.Ordinal) && a.EndsWith(Installation.New, StringComparison.Ordinal));
        told.SelectMany(d => d.Actions).ShouldContain(a => a.StartsWith("cordon, ", StringComparison.Ordinal));
        told[^1].Notes.ShouldContain("It is Succeeded now.");
    }

    private static async Task<List<StoredDecision>> DecisionsAsync()
    {
        var world = new Installation();
        await world.CreateAsync(("apps", 2));
        await world.RunAsync(Duration.FromHours(1));
        world.Release(Installation.New);
        await world.NudgeAsync();
        await world.RunAsync(Duration.FromHours(3));
        return [.. world.Store.Decisions];
    }

    private static DecisionInput Written(DecisionInput change) =>
        JsonSerializer.Deserialize<DecisionInput>(JsonSerializer.Serialize(change, HistoryJson.Options), HistoryJson.Options)!;

    // Some objects stay, some go, some are new.
    private static ClusterInput Input(AnyValue any, ClusterView before)
    {
        var view = before;
        foreach (var name in before.Nodes.Keys.Take(1))
        {
            view = view.Apply(new ClusterChange.NodeGone(name));
        }

        foreach (var key in before.Pods.Keys.Take(1))
        {
            view = view.Apply(new ClusterChange.PodGone(key));
        }

        foreach (var key in before.Budgets.Keys.Take(1))
        {
            view = view.Apply(new ClusterChange.BudgetGone(key));
        }

        view = any.Of<ImmutableArray<Node>>().Aggregate(view, (v, n) => v.Apply(new ClusterChange.NodeSeen(n)));
        view = any.Of<ImmutableArray<Pod>>().Aggregate(view, (v, p) => v.Apply(new ClusterChange.PodSeen(p)));
        view = any.Of<ImmutableArray<DisruptionBudget>>().Aggregate(view, (v, b) => v.Apply(new ClusterChange.BudgetSeen(b)));
        return new ClusterInput
        {
            Now = any.Of<Instant>(),
            View = view,
            Spec = any.Of<ClusterSpec>(),
            Catalog = ReleaseCatalog.Empty,
            Records = any.Of<ImmutableSortedDictionary<string, RolloutRecord>>(),
            Operations = any.Of<ImmutableArray<ProviderOperation>>().Select(o => o with { Progress = null }).DistinctBy(o => o.Id).ToDictionary(o => o.Id, StringComparer.Ordinal),
            Refused = any.Of<ImmutableDictionary<ObjectKey, Instant>>(),
            Epoch = any.Of<long>(),
        };
    }

    // Operations only ever come to know more; what is gone from the records is not asked for.
    private static string? Difference(ClusterInput one, ClusterInput other) =>
        Same.Difference(one.View.Nodes.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => n.Value).ToList(), other.View.Nodes.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => n.Value).ToList(), "nodes")
        ?? Same.Difference(one.View.Pods.OrderBy(n => n.Key).Select(n => n.Value).ToList(), other.View.Pods.OrderBy(n => n.Key).Select(n => n.Value).ToList(), "pods")
        ?? Same.Difference(one.View.Budgets.OrderBy(n => n.Key).Select(n => n.Value).ToList(), other.View.Budgets.OrderBy(n => n.Key).Select(n => n.Value).ToList(), "budgets")
        ?? Same.Difference(one.Spec, other.Spec, "spec")
        ?? Same.Difference(one.Records, other.Records, "records")
        ?? Same.Difference(one.Refused.OrderBy(r => r.Key).ToList(), other.Refused.OrderBy(r => r.Key).ToList(), "refused")
        ?? (one.Now == other.Now && one.Epoch == other.Epoch && other.Operations.All(o => one.Operations[o.Key] == o.Value) ? null : "now, epoch or operations");
}

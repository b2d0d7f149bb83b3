using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Clusters;

public sealed class LabelSelectorTests
{
    private static readonly ImmutableDictionary<string, string> Web = ImmutableDictionary<string, string>.Empty.Add("app", "web");

    [Theory]
    [InlineData("app", SelectorOperator.In, "web,api", true)]
    [InlineData("app", SelectorOperator.In, "db", false)]
    [InlineData("tier", SelectorOperator.In, "web", false)]
    [InlineData("app", SelectorOperator.NotIn, "db", true)]
    [InlineData("app", SelectorOperator.NotIn, "web", false)]
    [InlineData("tier", SelectorOperator.NotIn, "web", true)]
    [InlineData("app", SelectorOperator.Exists, "", true)]
    [InlineData("tier", SelectorOperator.Exists, "", false)]
    [InlineData("app", SelectorOperator.DoesNotExist, "", false)]
    [InlineData("tier", SelectorOperator.DoesNotExist, "", true)]
    public void Matches_MatchExpressions_SelectsAsKubernetesDoes(string key, SelectorOperator op, string values, bool selected) =>
        LabelSelector.Of([new(key, op, [.. values.Split(',')])]).Matches(Web).ShouldBe(selected);

    [Fact]
    public void Matches_EmptyOrAbsent_SelectsEverythingOrNothing()
    {
        LabelSelector.Of([]).Matches(ImmutableDictionary<string, string>.Empty).ShouldBeTrue();
        LabelSelector.Nothing.Matches(Web).ShouldBeFalse();
        LabelSelector.Nothing.ShouldNotBe(LabelSelector.Of([]));
    }

    [Fact]
    public void Matches_SeveralRequirements_AllHaveToHold()
    {
        var selector = LabelSelector.Of([new("app", SelectorOperator.In, ["web"]), new("canary", SelectorOperator.DoesNotExist, [])]);

        selector.Matches(Web).ShouldBeTrue();
        selector.Matches(Web.Add("canary", "yes")).ShouldBeFalse();
    }

    [Fact]
    public void Equals_RequirementsInAnotherOrder_AreTheSameSelector() =>
        LabelSelector.OfLabels([new("a", "1"), new("b", "2")]).ShouldBe(LabelSelector.OfLabels([new("b", "2"), new("a", "1")]));
}

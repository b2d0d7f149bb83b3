using Imago.Domain.Clusters.Pools;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Clusters.Pools;

/// <summary>Selectors as <c>kubectl -l</c> takes them.</summary>
public class LabelSelectorTextTests
{
    private static readonly Dictionary<string, string> Node = new(StringComparer.Ordinal)
    {
        ["pool"] = "web",
        ["kubernetes.io/os"] = "linux",
        ["empty"] = "",
    };

    [Theory]
    [InlineData("pool=web", true)]
    [InlineData("pool==web", true)]
    [InlineData(" pool = web ", true)]
    [InlineData("pool=db", false)]
    [InlineData("pool!=db", true)]
    [InlineData("pool!=web", false)]
    [InlineData("absent!=db", true)]
    [InlineData("empty=", true)]
    [InlineData("pool=", false)]
    [InlineData("pool", true)]
    [InlineData("absent", false)]
    [InlineData("!absent", true)]
    [InlineData("!pool", false)]
    [InlineData("pool in (db,web)", true)]
    [InlineData("pool in ( db )", false)]
    [InlineData("pool in(web)", true)]
    [InlineData("pool notin (db)", true)]
    [InlineData("pool notin (web,db)", false)]
    [InlineData("kubernetes.io/os=linux,pool in (web,db),!absent", true)]
    [InlineData("kubernetes.io/os=linux,pool in (db,cache)", false)]
    public void Selector_AsKubectlWritesIt_SelectsAsKubectlDoes(string text, bool selected)
    {
        LabelSelectorText.TryRead(text, out var selector, out var problem).ShouldBeTrue(problem);
        problem.ShouldBeNull();
        selector!.Matches(Node).ShouldBe(selected);
    }

    [Theory]
    [InlineData("", "The selector is empty; write for example 'pool=web' or 'kubernetes.io/os=linux'.")]
    [InlineData("pool=web,", "Selector 'pool=web,': a requirement is missing beside a comma.")]
    [InlineData("pool of (a)", "Selector 'pool of (a)': 'pool of (a)' cannot be read; allowed are 'key=value', 'key!=value', 'key in (a,b)', 'key notin (a,b)', 'key' and '!key'.")]
    [InlineData("pool in (a", "Selector 'pool in (a': 'pool in (a' cannot be read; allowed are 'key=value', 'key!=value', 'key in (a,b)', 'key notin (a,b)', 'key' and '!key'.")]
    [InlineData("a b", "Selector 'a b': 'a b' cannot be read; allowed are 'key=value', 'key!=value', 'key in (a,b)', 'key notin (a,b)', 'key' and '!key'.")]
    [InlineData("=web", "Selector '=web': '' is no label key; a key is letters, digits, '-', '_' and '.', at most 63, perhaps after a domain and '/'.")]
    [InlineData("Ac_me/pool=web", "Selector 'Ac_me/pool=web': 'Ac_me/pool' is no label key; a key is letters, digits, '-', '_' and '.', at most 63, perhaps after a domain and '/'.")]
    [InlineData("pool=we%b", "Selector 'pool=we%b': 'we%b' is no value that label 'pool' can have; a value is letters, digits, '-', '_' and '.', at most 63.")]
    [InlineData("pool in (a,-b)", "Selector 'pool in (a,-b)': '-b' is no value that label 'pool' can have; a value is letters, digits, '-', '_' and '.', at most 63.")]
    public void Selector_ThatCannotBeRead_SaysWhatIsAllowed(string text, string message)
    {
        LabelSelectorText.TryRead(text, out var selector, out var problem).ShouldBeFalse();
        selector.ShouldBeNull();
        problem.ShouldBe(message);
    }

    [Fact]
    public void Selector_OfLongestName_IsReadAndOneMoreIsNot()
    {
        LabelSelectorText.TryRead(new string('a', 63), out _, out _).ShouldBeTrue();
        LabelSelectorText.TryRead(new string('a', 64), out _, out _).ShouldBeFalse();
    }
}

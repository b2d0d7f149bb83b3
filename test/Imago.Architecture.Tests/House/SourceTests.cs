using Shouldly;
using Xunit;

namespace Imago.Architecture.Tests.House;

public sealed class SourceTests
{
    [Fact]
    public void Namespaces_OfAllSources_EqualTheirFolders() => SourceRules.MisplacedNamespaces(Repository.Own).ShouldBeEmpty();

    [Fact]
    public void Names_OfAllSources_SayWhatTheyHold() => SourceRules.EmptyNames(Repository.Own).ShouldBeEmpty();

    [Fact]
    public void Sources_UnderSrc_StayShort() => SourceRules.LongFiles(Repository.Own).ShouldBeEmpty();

    [Fact]
    public void Sources_OutsideHosts_ReadNoClock() => SourceRules.ClockReads(Repository.Own).ShouldBeEmpty();

    [Fact]
    public void Sources_Anywhere_NeverSleep() => SourceRules.Sleeps(Repository.Own).ShouldBeEmpty();

    [Fact]
    public void Sources_OfDomain_AreSynchronous() => SourceRules.Awaits(Repository.Own).ShouldBeEmpty();

    [Fact]
    public void Pragmas_ThatSwitchOff_SayWhy() => SourceRules.UnexplainedPragmas(Repository.Own).ShouldBeEmpty();

    [Fact]
    public void Checks_OnAFileThatBreaksThem_NameItAndTheLine()
    {
        using var planted = new TemporaryRepository(("src/Imago.Domain/Images/TimeHelper.cs",
            """
            namespace Imago.Domain.Clusters;
            #pragma warning disable CA1000
            public static class TimeHelper
            {
                public static async Task<DateTime> Now() { await Task.Yield(); Thread.Sleep(1); return DateTime.UtcNow; }
            }
            """ + new string('\n', 400)));
        const string path = "src/Imago.Domain/Images/TimeHelper.cs";

        SourceRules.MisplacedNamespaces(planted.Repository).ShouldBe([$"{path} declares namespace Imago.Domain.Clusters, its folder says Imago.Domain.Images."]);
        SourceRules.EmptyNames(planted.Repository).ShouldHaveSingleItem().ShouldStartWith($"{path}: 'TimeHelper'");
        SourceRules.LongFiles(planted.Repository).ShouldHaveSingleItem().ShouldStartWith($"{path} has 405 lines");
        SourceRules.ClockReads(planted.Repository).ShouldHaveSingleItem().ShouldStartWith($"{path}:5 ");
        SourceRules.Sleeps(planted.Repository).ShouldHaveSingleItem().ShouldStartWith($"{path}:5 ");
        SourceRules.Awaits(planted.Repository).ShouldHaveSingleItem().ShouldStartWith($"{path}:5 ");
        SourceRules.UnexplainedPragmas(planted.Repository).ShouldHaveSingleItem().ShouldStartWith($"{path}:2 ");
    }
}

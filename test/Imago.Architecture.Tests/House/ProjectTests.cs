using System.Xml.Linq;
using Shouldly;
using Xunit;

namespace Imago.Architecture.Tests.House;

public sealed class ProjectTests
{
    public static TheoryData<string> Projects => [.. Repository.Own.Projects()];

    public static TheoryData<string> SourceProjects => [.. Repository.Own.Files("src", ".csproj")];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_PackageVersions_AreCentral(string project) =>
        ProjectFile.Of(Repository.Own, project).NamesVersions.ShouldBeFalse($"{project} names a version; put it into Directory.Packages.props.");

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_LockFile_IsThere(string project) =>
        Repository.Own.Exists($"{Path.GetDirectoryName(project)}/packages.lock.json").ShouldBeTrue($"{project} has no packages.lock.json; restore it and commit the file.");

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_Solution_ListsIt(string project) =>
        XDocument.Parse(Repository.Own.Read("Imago.slnx")).Descendants("Project").Select(p => p.Attribute("Path")!.Value).ShouldContain(project);

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void SourceProject_BannedSymbols_AreWired(string project)
    {
        var expected = project.Contains("Imago.Domain", StringComparison.Ordinal) ? "BannedSymbols.Domain.txt" : "BannedSymbols.Shells.txt";
        ProjectFile.Of(Repository.Own, project).AdditionalFiles
            .ShouldContain(a => a.EndsWith($"/eng/{expected}", StringComparison.Ordinal), $"{project} does not include eng/{expected}.");
    }

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void SourceProject_TestProject_StandsBesideIt(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        Repository.Own.Exists($"test/{name}.Tests/{name}.Tests.csproj").ShouldBeTrue($"{project} has no test/{name}.Tests.");
    }

    [Theory]
    [InlineData("T:System.Threading.Tasks.Task")]
    [InlineData("T:System.TimeProvider")]
    [InlineData("P:System.DateTime.UtcNow")]
    [InlineData("T:System.Random")]
    [InlineData("M:System.Guid.NewGuid")]
    [InlineData("T:System.IO.File")]
    [InlineData("T:System.Console")]
    [InlineData("T:System.Environment")]
    public void Domain_BannedSymbols_KeepItPure(string symbol) =>
        Repository.Own.Lines("eng/BannedSymbols.Domain.txt").Select(l => l.Split(';')[0]).ShouldContain(symbol);

    [Fact]
    public void BannedSymbols_EveryEntry_SaysWhatToDoInstead() =>
        Repository.Own.Files("eng", ".txt").SelectMany(Repository.Own.Lines).Where(l => l.Split(';', 2) is not [_, { Length: > 10 }]).ShouldBeEmpty();
}

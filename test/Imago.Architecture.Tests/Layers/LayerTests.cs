using System.Reflection;
using Imago.Cli;
using Imago.Domain.Clusters;
using Shouldly;
using Xunit;

namespace Imago.Architecture.Tests.Layers;

public sealed class LayerTests
{
    private static readonly Assembly DomainAssembly = typeof(ClusterView).Assembly;

    [Fact]
    public void Projects_TheirReferences_RunOneWay() => LayerRules.Violations(Repository.Own).ShouldBeEmpty();

    [Fact]
    public void Assemblies_WhatTheyUse_RunsOneWay()
    {
        var assemblies = Repository.Own.Files("src", ".csproj").Select(p => Path.GetFileNameWithoutExtension(p)).Select(name =>
            (Name: name, Assembly: string.Equals(name, "Imago.Cli", StringComparison.Ordinal) ? typeof(ImagoCommand).Assembly : Assembly.Load(name)));

        assemblies.SelectMany(a => LayerRules.Violations(a.Assembly, a.Name)).ShouldBeEmpty();
    }

    [Fact]
    public void Reference_FromDomainUpwards_IsFound()
    {
        using var planted = new TemporaryRepository(("src/Imago.Domain/Imago.Domain.csproj",
            """<Project><ItemGroup><ProjectReference Include="../Imago.Application/Imago.Application.csproj" /></ItemGroup></Project>"""));

        LayerRules.Violations(planted.Repository).ShouldBe(["Imago.Domain refers to Imago.Application; it may refer to no other project."]);
    }

    [Fact]
    public void Reference_FromOneAdapterToAnother_IsFound()
    {
        using var planted = new TemporaryRepository(("src/Imago.Simulation/Imago.Simulation.csproj",
            """<Project><ItemGroup><ProjectReference Include="../Imago.Persistence/Imago.Persistence.csproj" /></ItemGroup></Project>"""));

        LayerRules.Violations(planted.Repository).ShouldBe(["Imago.Simulation refers to Imago.Persistence; it may refer to Imago.Domain, Imago.Application."]);
    }

    [Fact]
    public void Project_OfNoLayer_IsFound()
    {
        using var planted = new TemporaryRepository(("src/Imago.Extras/Imago.Extras.csproj", "<Project />"));

        LayerRules.Violations(planted.Repository).ShouldHaveSingleItem().ShouldStartWith("Imago.Extras has no layer.");
    }

    [Fact]
    public void Domain_WhatItUses_IsTheRuntimeAndNodaTime() =>
        DomainAssembly.GetReferencedAssemblies().Select(r => r.Name!)
            .Where(n => !n.StartsWith("System.", StringComparison.Ordinal) && n is not "netstandard").ShouldBe(["NodaTime"]);

    [Fact]
    public void Domain_ItsPackages_AreNodaTimeOnly() =>
        ProjectFile.Of(Repository.Own, "src/Imago.Domain/Imago.Domain.csproj").Packages.ShouldBe(["NodaTime"]);

    [Fact]
    public void Domain_ItsMethods_WaitForNothing()
    {
        const BindingFlags all = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var waiting = DomainAssembly.GetTypes().SelectMany(t => t.GetMethods(all))
            .Where(m => m.GetParameters().Select(p => p.ParameterType).Append(m.ReturnType).Any(IsOfThreads))
            .Select(m => $"{m.DeclaringType}.{m.Name}");

        waiting.ShouldBeEmpty();
    }

    // Sync iterators are fine; async state machines, cancellation and timers are not.
    private static bool IsOfThreads(Type type) => type.Namespace?.StartsWith("System.Threading", StringComparison.Ordinal) == true;
}

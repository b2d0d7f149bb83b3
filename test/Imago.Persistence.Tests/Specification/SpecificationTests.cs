namespace Imago.Persistence.Tests.Specification;

public sealed class SpecificationTests
{
    [Fact]
    public void Specifications_All_AreRunOnEveryProvider()
    {
        var types = typeof(SpecificationTests).Assembly.GetTypes();
        var specifications = types.Where(t => t.IsAbstract && t.BaseType == typeof(StoreSpecification)).ToList();
        specifications.Count.ShouldBeGreaterThan(5);

        var expected = specifications.SelectMany(s => Enum.GetNames<StoreProvider>().Select(p => $"{p}{s.Name.Replace("Specification", "Tests", StringComparison.Ordinal)} : {s.Name}"));
        var found = types.Where(t => t.IsSealed && specifications.Contains(t.BaseType!)).Select(t => $"{t.Name} : {t.BaseType!.Name}");

        found.Order(StringComparer.Ordinal).ShouldBe(expected.Order(StringComparer.Ordinal));
    }

    // A suite that is run on a provider and skips a test there would hold in name only.
    [Fact]
    public void Specifications_TheirTests_AreSkippedNowhere() =>
        typeof(SpecificationTests).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(StoreSpecification))).SelectMany(t => t.GetMethods())
            .Where(m => m.GetCustomAttributes(typeof(FactAttribute), inherit: true).OfType<FactAttribute>().Any(f => f.Skip is not null || f.SkipWhen is not null || f.SkipUnless is not null))
            .ShouldBeEmpty();
}

namespace Imago.Acceptance.Tests.JavaScript;

/// <summary>Azure's JavaScript SDKs, unmodified; what each scenario asserts stands in <c>scenarios/</c>.</summary>
public sealed class JavaScriptTests(JavaScriptFixture fixture)
{
    [Fact, Trait("Rule", "EV-70"), Trait("Rule", "EV-76"), Trait("Rule", "EV-84"), Trait("Rule", "AZ-53")]
    public async Task Cluster_Life_IsAsTheScenarioAsserts() => (await fixture.RunAsync("cluster")).MustSucceed();

    [Fact, Trait("Rule", "EV-71"), Trait("Rule", "EV-72"), Trait("Rule", "EV-73"), Trait("Rule", "EV-74"), Trait("Rule", "EV-80")]
    public async Task Pools_Life_IsAsTheScenarioAsserts() => (await fixture.RunAsync("pools")).MustSucceed();

    [Fact, Trait("Rule", "EV-77"), Trait("Rule", "MW-30"), Trait("Rule", "MW-31")]
    public async Task Maintenance_EveryKindOfSchedule_IsAsTheScenarioAsserts() => (await fixture.RunAsync("maintenance")).MustSucceed();

    [Fact]
    public async Task Lists_InPages_HoldEverythingOnce() => (await fixture.RunAsync("lists")).MustSucceed();

    [Fact, Trait("Rule", "AZ-6"), Trait("Rule", "AZ-7")]
    public async Task Registration_FeatureAndProvider_IsAsTheScenarioAsserts() => (await fixture.RunAsync("registration")).MustSucceed();

    [Fact, Trait("Rule", "AZ-28"), Trait("Rule", "EV-56"), Trait("Rule", "EV-57")]
    public async Task Activities_OfResourceAndGroup_AreAsTheScenarioAsserts() => (await fixture.RunAsync("activities")).MustSucceed();

    [Fact, Trait("Rule", "EV-86"), Trait("Rule", "CH-70")]
    public async Task Versions_OneClusterThroughEachOfThem_IsAsTheScenarioAsserts() => (await fixture.RunAsync("versions")).MustSucceed();
}

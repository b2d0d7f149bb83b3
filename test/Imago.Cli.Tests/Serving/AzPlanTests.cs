using Imago.Cli.Serving;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Serving;

public sealed class AzPlanTests
{
    [Fact]
    [Trait("Rule", "AZ-1")]
    [Trait("Rule", "AZ-36")]
    public void Plan_WithAPrincipal_RegistersTheCloudAndSignsInWithoutShowingTheSecret()
    {
        var plan = AzPlan.Of("https://127.0.0.1:8443/", "/data/ca.crt", "app-1", "top-secret");

        plan.AuthorityFile.ShouldBe("/data/ca.crt");
        plan.Steps.Select(s => s.Shown).ShouldBe(
        [
            "az cloud register --name imago --endpoint-resource-manager https://127.0.0.1:8443",
            "az cloud update --name imago --endpoint-resource-manager https://127.0.0.1:8443 --endpoint-active-directory https://127.0.0.1:8443/adfs",
            "az cloud set --name imago",
            "az login --service-principal --username app-1 --password **** --tenant adfs",
        ]);
        plan.Steps[^1].Arguments.ShouldContain("top-secret");
    }

    [Fact]
    public void Plan_WithoutAPrincipal_OnlyRegistersTheCloud() => AzPlan.Of("https://imago.example.com", "/ca", null, null).Steps.Count.ShouldBe(3);

    [Theory]
    [InlineData("http://127.0.0.1:8080", null, "not an https address")]
    [InlineData("nonsense", null, "not an https address")]
    [InlineData("https://127.0.0.1:8443", "app-1", "its secret is missing")]
    public void Plan_ThatCannotWork_SaysWhy(string server, string? clientId, string said) =>
        Should.Throw<UsageException>(() => AzPlan.Of(server, "/ca", clientId, null)).Message.ShouldContain(said);
}

using System.Text.Json.Nodes;
using Imago.Api.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Metadata;

public sealed class SignInTests
{
    [Fact]
    [Trait("Rule", "AZ-1")]
    public async Task Endpoints_OfTheCloud_LeadToTheBuiltInIssuer()
    {
        await using var api = await ApiServer.StartAsync();

        var endpoints = (await api.GetAsync("/metadata/endpoints?api-version=2022-09-01")).Json;

        ((string?)endpoints["authentication"]!["loginEndpoint"]).ShouldBe("https://imago.test/adfs");
        ((string?)endpoints["authentication"]!["audiences"]![0]).ShouldBe("https://management.core.windows.net/");
        ((string?)endpoints["resourceManager"]).ShouldBe("https://imago.test");
        ((string?)endpoints["name"]).ShouldBe("imago");
        endpoints["suffixes"].ShouldBeOfType<JsonObject>();
    }

    [Fact]
    [Trait("Rule", "AZ-1")]
    [Trait("Rule", "AZ-47")]
    public async Task Endpoints_WithAPublicAddress_NameIt()
    {
        await using var api = await ApiServer.StartAsync(o => o with { PublicAddress = new Uri("https://imago.example:8443/"), LoginEndpoint = new Uri("https://login.example/tenant") });

        var endpoints = (await api.GetAsync("/metadata/endpoints")).Json;

        ((string?)endpoints["resourceManager"]).ShouldBe("https://imago.example:8443");
        ((string?)endpoints["authentication"]!["loginEndpoint"]).ShouldBe("https://login.example/tenant");
    }

    [Fact]
    [Trait("Rule", "AZ-2")]
    [Trait("Rule", "AZ-3")]
    public async Task Subscriptions_AndTenants_AreListed()
    {
        await using var api = await ApiServer.StartAsync();
        await api.AddSubscriptionAsync("11111111-2222-3333-4444-555555555556");

        var list = (JsonArray)(await api.GetAsync("/subscriptions?api-version=2022-12-01")).Json["value"]!;
        var tenants = (JsonArray)(await api.GetAsync("/tenants?api-version=2022-12-01")).Json["value"]!;

        list.Count.ShouldBe(2);
        ((string?)list[0]!["subscriptionId"]).ShouldBe(ApiServer.Subscription);
        ((string?)list[0]!["state"]).ShouldBe("Enabled");
        list[0]!["managedByTenants"].ShouldBeOfType<JsonArray>().ShouldBeEmpty();
        ((string?)tenants.ShouldHaveSingleItem()!["tenantId"]).ShouldBe("99999999-2222-3333-4444-555555555555");
        (await api.GetAsync($"/subscriptions/{ApiServer.Subscription}")).Json["displayName"]!.GetValue<string>().ShouldBe("Shop");
    }
}

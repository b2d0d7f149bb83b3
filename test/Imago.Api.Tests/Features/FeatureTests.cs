using System.Net;
using System.Text.Json.Nodes;
using Imago.Api.Tests.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Features;

public sealed class FeatureTests
{
    private const string Subscription = $"/subscriptions/{ApiServer.Subscription}";
    private const string Feature = Subscription + "/providers/Microsoft.Features/providers/Microsoft.ContainerService/features/NodeOsUpgradeChannelPreview";

    [Fact]
    [Trait("Rule", "AZ-6")]
    [Trait("Rule", "CH-71")]
    public async Task Feature_Registered_ComesThroughAfterAWhile()
    {
        await using var api = await ApiServer.StartAsync();

        ((string?)(await api.GetAsync(Feature)).Properties["state"]).ShouldBe("NotRegistered");
        var registered = await api.SendAsync("POST", Feature + "/register");
        registered.Status.ShouldBe(HttpStatusCode.OK);
        ((string?)registered.Json["name"]).ShouldBe("Microsoft.ContainerService/NodeOsUpgradeChannelPreview");
        ((string?)registered.Properties["state"]).ShouldBe("Registering");
        api.Clock.Now += Duration.FromSeconds(59);
        ((string?)(await api.GetAsync(Feature)).Properties["state"]).ShouldBe("Registering");
        api.Clock.Now += Duration.FromSeconds(1);
        ((string?)(await api.GetAsync(Feature)).Properties["state"]).ShouldBe("Registered");
        ((string?)(await api.SendAsync("POST", Feature + "/register")).Properties["state"]).ShouldBe("Registered");
        ((string?)(await api.SendAsync("POST", Feature + "/unregister")).Properties["state"]).ShouldBe("Unregistered");
        ((string?)(await api.GetAsync(Feature)).Properties["state"]).ShouldBe("NotRegistered");
    }

    [Fact]
    [Trait("Rule", "CH-70")]
    [Trait("Rule", "CH-71")]
    public async Task SecurityPatch_ThroughAnEarlyPreview_NeedsTheFeatureToBeRegistered()
    {
        await using var api = await ApiServer.StartAsync();
        await api.PutAsync(ApiServer.Group, new JsonObject { ["location"] = "north-1" });
        const string preview = ApiServer.Cluster + "?api-version=2023-11-02-preview";

        var refused = await api.PutAsync(preview, Bodies.Cluster());
        await api.SendAsync("POST", Feature + "/register");
        var tooEarly = await api.PutAsync(preview, Bodies.Cluster());
        api.Clock.Now += Duration.FromMinutes(1);
        var accepted = await api.PutAsync(preview, Bodies.Cluster());

        refused.ErrorCode.ShouldBe("FeatureNotRegistered", refused.Text);
        refused.ErrorMessage.ShouldContain("NodeOsUpgradeChannelPreview");
        tooEarly.ErrorCode.ShouldBe("FeatureNotRegistered");
        accepted.Status.ShouldBe(HttpStatusCode.Created, accepted.Text);
    }

    [Fact]
    public async Task Feature_OrNamespaceThatIsNotThere_Is404AndSaysWhatThereIs()
    {
        await using var api = await ApiServer.StartAsync();

        (await api.GetAsync(Feature + "X")).ErrorMessage.ShouldContain("NodeOsUpgradeChannelPreview");
        (await api.GetAsync(Subscription + "/providers/Microsoft.Features/providers/Microsoft.Compute/features")).ErrorCode.ShouldBe("InvalidResourceNamespace");
        ((JsonArray)(await api.GetAsync(Subscription + "/providers/Microsoft.Features/features")).Json["value"]!).Count.ShouldBe(2);
    }

    [Fact]
    [Trait("Rule", "AZ-7")]
    [Trait("Rule", "AZ-60")]
    public async Task Provider_Registered_ListsItsNewestStableVersionFirst()
    {
        await using var api = await ApiServer.StartAsync();
        const string provider = Subscription + "/providers/microsoft.containerservice";

        ((string?)(await api.SendAsync("POST", provider + "/register")).Json["registrationState"]).ShouldBe("Registering");
        api.Clock.Now += Duration.FromMinutes(1);
        var shown = await api.GetAsync(provider);

        ((string?)shown.Json["registrationState"]).ShouldBe("Registered");
        ((string?)shown.Json["namespace"]).ShouldBe("Microsoft.ContainerService");
        ((string?)shown.Json["resourceTypes"]![0]!["apiVersions"]![0]).ShouldBe("2026-04-01");
        (await api.GetAsync(Subscription + "/providers/Microsoft.Nothing")).ErrorCode.ShouldBe("InvalidResourceNamespace");
        ((JsonArray)(await api.GetAsync(Subscription + "/providers")).Json["value"]!).Count.ShouldBe(5);
    }
}

using System.Text.Json;
using Imago.Acceptance.Tests.Serving;

namespace Imago.Acceptance.Tests.AzureCli;

public sealed class RegistrationTests(AzureCliFixture fixture) : AzStory(fixture)
{
    private static string? State(JsonElement feature) => feature.GetProperty("properties").GetProperty("state").GetString();

    [Fact, Trait("Rule", "AZ-6"), Trait("Rule", "CH-71")]
    public async Task Feature_Registered_TakesAWhileAndIsThenRegistered()
    {
        string[] of = ["--namespace", "Microsoft.ContainerService", "--name", "NodeOsUpgradeChannelPreview"];

        var registering = (await Session.RunAsync(["feature", "register", .. of])).Json;
        registering.GetProperty("name").GetString().ShouldBe("Microsoft.ContainerService/NodeOsUpgradeChannelPreview");
        State(registering).ShouldBe("Registering");

        var registered = await Until.Async(
            "The feature being registered", TimeSpan.FromSeconds(60), async () => (await Session.RunAsync(["feature", "show", .. of])).Json, f => State(f) == "Registered");
        registered.GetProperty("id").GetString()!.ShouldEndWith("/features/NodeOsUpgradeChannelPreview");
    }

    [Fact, Trait("Rule", "AZ-7")]
    public async Task Provider_Registered_IsRegisteredWithItsTypes()
    {
        await Az("provider register --namespace Microsoft.ContainerService");

        var provider = await Until.Async(
            "The provider being registered",
            TimeSpan.FromSeconds(60),
            () => AzJson("provider show --namespace Microsoft.ContainerService"),
            p => p.GetProperty("registrationState").GetString() == "Registered");
        provider.GetProperty("resourceTypes").EnumerateArray().Select(t => t.GetProperty("resourceType").GetString()).ShouldContain("managedClusters");
    }

    [Fact, Trait("Rule", "AZ-7")]
    public async Task Provider_RegisteredWithWait_ReturnsWhenDone() =>
        (await Az("provider register --namespace Microsoft.ContainerService --wait")).ExitCode.ShouldBe(0);

    [Fact, Trait("Rule", "AZ-7")]
    public async Task Provider_Unknown_IsRefusedByName()
    {
        var refused = await Session.RunAsync("provider show --namespace Microsoft.Nothing");

        refused.ExitCode.ShouldBeOneOf(1, 3);
        refused.Error.ShouldContain("Microsoft.Nothing");
    }
}

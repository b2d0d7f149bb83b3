namespace Imago.Acceptance.Tests.AzureCli;

public sealed class SigningInTests(AzureCliFixture fixture) : AzStory(fixture)
{
    [Fact, Trait("Rule", "AZ-1")]
    public async Task CloudRegister_OnlyTheResourceManagerNamed_ReadsTheRestFromTheServer()
    {
        var cloud = await AzJson("cloud show --name imago");

        cloud.GetProperty("isActive").GetBoolean().ShouldBeTrue();
        new Uri(cloud.GetProperty("endpoints").GetProperty("resourceManager").GetString()!).ShouldBe(Server.Address);
        // AZ-36: the style that works out of the box.
        cloud.GetProperty("endpoints").GetProperty("activeDirectory").GetString()!.TrimEnd('/').ShouldEndWith("/adfs");
    }

    [Fact, Trait("Rule", "AZ-2"), Trait("Rule", "AZ-36")]
    public async Task Login_ServicePrincipalOfInit_ShowsItsSubscription()
    {
        using var newcomer = new AzSession(Server.AuthorityFile);
        await newcomer.UseAsync(Server.Address);

        var subscriptions = (await newcomer.SignInAsync(Server.Credentials)).Json;

        var subscription = subscriptions.EnumerateArray().ShouldHaveSingleItem();
        subscription.GetProperty("id").GetString().ShouldBe(Server.Credentials.SubscriptionId);
        subscription.GetProperty("state").GetString().ShouldBe("Enabled");
        subscription.GetProperty("user").GetProperty("type").GetString().ShouldBe("servicePrincipal");
    }

    [Fact, Trait("Rule", "AZ-39")]
    public async Task Login_WrongSecret_EndsWithOneAndTheIssuersMessage()
    {
        using var stranger = new AzSession(Server.AuthorityFile);
        await stranger.UseAsync(Server.Address);

        var refused = await stranger.SignInAsync(Server.Credentials with { Secret = "guessed" });

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("ERROR:");
        refused.Error.ShouldNotContain("Traceback");
    }

    [Fact, Trait("Rule", "AZ-4")]
    public async Task AccountShow_SignedIn_NamesTheCloudAndTheTenant()
    {
        var account = await AzJson("account show");

        account.GetProperty("environmentName").GetString().ShouldBe("imago");
        account.GetProperty("tenantId").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact, Trait("Rule", "AZ-44")]
    public async Task AnyCommand_NotSignedIn_AsksToSignIn()
    {
        using var stranger = new AzSession(Server.AuthorityFile);
        await stranger.UseAsync(Server.Address);

        var refused = await stranger.RunAsync("group list");

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("az login");
    }
}

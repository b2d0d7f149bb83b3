using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Access;

/// <summary>Principals and roles, releases and the activity log: what lies beside the clusters.</summary>
public sealed class AccessCommandTests : IAsyncLifetime
{
    private const string AppId = "0f0f0f0f-0000-4000-8000-000000000001";

    private static readonly string Scope = FakeArm.GroupPath("rg");

    private readonly RemoteClient _client = new();

    private FakeArm Arm => _client.Arm;

    public async ValueTask InitializeAsync()
    {
        await _client.InitializeAsync();
        await _client.LoginAsync("--group", "of-the-login");
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task Assign_TheSameRoleAgain_NamesTheSameAssignment()
    {
        Arm.Answer("/providers/Imago/servicePrincipals/pipeline", $$$"""{"properties":{"appId":"{{{AppId}}}","enabled":true}}""");

        foreach (var _ in Enumerable.Range(0, 2))
        {
            await _client.OkAsync("role", "assign", "--principal", "pipeline", "--role", "contributor", "-g", "rg");
        }

        await _client.OkAsync("role", "assign", "--principal", "pipeline", "--role", "Reader", "-g", "rg");
        var writes = Arm.Writes;
        writes[0].ShouldStartWith($"PUT {Scope}/providers/Imago/roleAssignments/");
        writes[0].ShouldEndWith($$$"""{"properties":{"principalId":"{{{AppId}}}","role":"Contributor"}}""");
        writes[1].ShouldBe(writes[0]);
        writes[2].Split('?')[0].ShouldNotBe(writes[0].Split('?')[0]);
    }

    [Fact]
    public async Task Assign_ToANameThatIsNotKnown_SaysSo()
    {
        var run = await _client.RunAsync("role", "assign", "--principal", "pipelien", "--role", "Reader", "-g", "rg");

        run.ExitCode.ShouldBe(ExitCode.Ok);
        run.Error.ShouldStartWith("imago: No service principal of this server is called 'pipelien'.");
    }

    [Fact]
    public async Task Assign_WithoutAScope_IsOnTheSubscriptionAndNotOnTheGroupOfTheLogin()
    {
        await _client.OkAsync("role", "assign", "--principal", AppId, "--role", "Reader");

        Arm.Writes.Single().ShouldStartWith($"PUT /subscriptions/{FakeArm.Subscription}/providers/Imago/roleAssignments/");
    }

    [Fact]
    public async Task Principal_ThatIsNew_ShowsItsSecretOnce()
    {
        (await _client.OkAsync("principal", "create", "pipeline")).ShouldEndWith("The secret is shown this once. Give the principal a role with: imago role assign\n");

        Arm.Writes.ShouldBe(["""PUT /providers/Imago/servicePrincipals/pipeline?api-version=2026-11-01 {"properties":{"enabled":true,"newSecret":true}}"""]);
    }

    [Fact]
    public async Task Principal_ThatIsThere_KeepsItsSecret()
    {
        Arm.Answer("/providers/Imago/servicePrincipals/pipeline", $$$"""{"properties":{"appId":"{{{AppId}}}","enabled":true}}""");

        (await _client.RunAsync("principal", "create", "pipeline")).ShouldFail(ExitCode.Failed, $"There is a service principal 'pipeline' ({AppId}).", "--new-secret");
        Arm.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Release_OfAPatchLevel_IsPosted()
    {
        Arm.Answer("/providers/Imago/releases", """{"name":"ubuntu2204@20260905T000000Z","track":"ubuntu2204","level":"20260905T000000Z","publishedAt":"2026-09-05T06:00:00Z","rebootRequired":true}""");

        (await _client.OkAsync("release", "publish", "--track", "ubuntu2204", "--level", "20260905T000000Z", "--reboot-required", "--published-at", "2026-09-05T06:00:00Z"))
            .ShouldBe("ubuntu2204 20260905T000000Z is published at 2026-09-05 06:00 UTC (needs a restart).\n");
        Arm.Writes.Single().ShouldEndWith("""{"track":"ubuntu2204","level":"20260905T000000Z","publishedAt":"2026-09-05T06:00:00Z","rebootRequired":true}""");
    }

    [Theory]
    [InlineData("--track", "ubuntu2204")]
    [InlineData("--image", "x", "--level", "y")]
    [InlineData("--reboot-required")]
    public async Task Release_ThatIsNeitherImageNorLevel_IsAMisuse(params string[] args) =>
        (await _client.RunAsync(["release", "publish", .. args])).ShouldFail(ExitCode.Usage, "What is published is either an image (--image) or a patch level (--track and --level).");

    [Theory]
    [InlineData("""{\"error\":{\"code\":\"Bad\",\"message\":\"No.\"}}""")]
    [InlineData("""{\"code\":\"Bad\",\"message\":\"No.\"}""")]
    [Trait("Rule", "AZ-28")]
    [Trait("Rule", "EV-58")]
    public async Task Activity_OfACluster_AsksForItsTimeAndShowsMessages(string message)
    {
        Arm.Answer($"/subscriptions/{FakeArm.Subscription}/providers/Microsoft.Insights/eventtypes/management/values", $$$"""
            {"value":[{"eventTimestamp":"2026-06-30T22:05:00Z","operationName":{"value":"Microsoft.ContainerService/managedClusters/write"},"status":{"value":"Failed"},"caller":"me",
            "resourceId":"/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/shop","properties":{"message":"{{{message}}}"}}]}
            """);

        (await _client.OkAsync("activity", "list", "--cluster", "shop", "-g", "rg", "--from", "2026-06-30", "--to", "2026-07-01")).ShouldContain("  2026-06-30 22:05:00  managedClusters/write  shop  Failed  me      (Bad) No.\n");
        Arm.Requests.Single().ShouldEndWith(
            $"&$filter=eventTimestamp ge 2026-06-30T00:00:00Z and eventTimestamp le 2026-07-01T00:00:00Z and resourceId eq '{FakeArm.ClusterPath("rg", "shop")}'");
    }
}

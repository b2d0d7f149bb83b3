using System.Text.Json.Nodes;
using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Remote;

public sealed class ArmClientTests : IAsyncLifetime
{
    private readonly RemoteClient _client = new();

    private FakeArm Arm => _client.Arm;

    public async ValueTask InitializeAsync()
    {
        await _client.InitializeAsync();
        await _client.LoginAsync("--group", "rg");
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    [Trait("Rule", "AZ-49")]
    public async Task Error_WithDetails_IsPrintedWithAllOfThem()
    {
        Arm.Fail(400, JsonNode.Parse("""
            {"error":{"code":"InvalidParameter","message":"Two things are wrong.","target":"shop","details":[
              {"code":"BadCount","message":"0 is out of range.","target":"properties.count"},{"code":"BadChannel","message":"'x' is not known.","details":[{"code":"Inner","message":"deep"}]}]}}
            """)!.AsObject());

        (await _client.RunAsync("cluster", "show", "shop")).ShouldFail(
            ExitCode.Failed, "imago: (InvalidParameter) shop: Two things are wrong.\n  (BadCount) properties.count: 0 is out of range.\n  (BadChannel) 'x' is not known.\n    (Inner) deep\n");
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    public async Task Refusal_ThatAnotherTryWouldNotChange_IsNotRepeated(int status)
    {
        Arm.Fail(status, "Refused");

        (await _client.RunAsync("cluster", "show", "shop")).ShouldFail(ExitCode.Failed, "(Refused) It is Refused.");
        Arm.Requests.Length.ShouldBe(1);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Refusal_ThatPasses_IsWaitedOut(int status)
    {
        Arm.Put(FakeArm.ClusterPath("rg", "shop"), "{}");
        Arm.Fail(status, "Busy", retryAfter: 0);
        Arm.Fail(status, "Busy", retryAfter: 0);

        await _client.OkAsync("cluster", "show", "shop");
        Arm.Requests.Count(r => r.Contains("/managedClusters/shop?", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public async Task Refusal_ThatDoesNotPass_EndsAfterABoundedNumberOfTries()
    {
        for (var i = 0; i < 9; i++)
        {
            Arm.Fail(503, "Busy", retryAfter: 0);
        }

        (await _client.RunAsync("cluster", "show", "shop")).ShouldFail(ExitCode.Failed, "(Busy) It is Busy.");
        Arm.Requests.Length.ShouldBe(5);
    }

    [Fact]
    public async Task TooManyRequests_WithALongPause_SaysSoInsteadOfWaiting()
    {
        Arm.Fail(429, "TooManyRequests", retryAfter: 3600);

        (await _client.RunAsync("cluster", "show", "shop")).ShouldFail(ExitCode.Failed, "Try again in 3600 s.");
    }

    // It may have been carried out: an upgrade must not begin twice.
    [Fact]
    public async Task Post_ThatFailedInside_IsNotRepeated()
    {
        Arm.Put(FakeArm.ClusterPath("rg", "shop"), "{}");
        Arm.Fail(500, "InternalServerError", retryAfter: 0);

        (await _client.RunAsync("cluster", "stop", "shop")).ShouldFail(ExitCode.Failed, "(InternalServerError)");
        Arm.Requests.Length.ShouldBe(1);
    }

    [Fact]
    public async Task Answer_ThatIsNoArmError_IsShownShortened()
    {
        Arm.Answer(FakeArm.ClusterPath("rg", "shop"), "\"teapot\"", 418);

        (await _client.RunAsync("cluster", "show", "shop")).ShouldFail(ExitCode.Failed, "with HTTP 418: \"teapot\"");
    }

    [Fact]
    public async Task List_InPages_IsOneList()
    {
        Arm.PageSize = 2;
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            Arm.Put(FakeArm.ClusterPath("rg", name), "{}");
        }

        var list = (await _client.RunAsync("cluster", "list", "--output", "json")).Json;

        list.GetProperty("value").EnumerateArray().Select(c => c.GetProperty("name").GetString()).ShouldBe(["a", "b", "c", "d", "e"]);
        list.EnumerateObject().Select(p => p.Name).ShouldBe(["value"]);
        Arm.Requests.Length.ShouldBe(3);
    }

    [Fact]
    public async Task NextPage_OnAnotherServer_GetsNoToken()
    {
        await using var thief = await FakeArm.StartAsync();
        (Arm.PageSize, Arm.OperationHost) = (1, thief.Address);
        Arm.Put(FakeArm.ClusterPath("rg", "a"), "{}");
        Arm.Put(FakeArm.ClusterPath("rg", "b"), "{}");

        (await _client.RunAsync("cluster", "list")).ShouldFail(ExitCode.Failed, "which is another server. The token was not sent there.");
        thief.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Operation_OnAnotherServer_GetsNoToken()
    {
        await using var thief = await FakeArm.StartAsync();
        Arm.OperationHost = thief.Address;
        Arm.Put(FakeArm.ClusterPath("rg", "shop"), "{}");

        (await _client.RunAsync("cluster", "stop", "shop")).ShouldFail(ExitCode.Failed, "which is another server");
        thief.Requests.ShouldBeEmpty();
    }
}

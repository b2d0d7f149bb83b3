using System.Net;
using System.Text.Json.Nodes;
using Imago.Api.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Maintenance;

public sealed class MaintenanceTests
{
    private const string Window = ApiServer.Cluster + "/maintenanceConfigurations/aksManagedNodeOSUpgradeSchedule";

    [Fact]
    [Trait("Rule", "AZ-26")]
    [Trait("Rule", "AZ-27")]
    [Trait("Rule", "EV-77")]
    public async Task Configuration_MadeShownAndDeleted_HasNoOperation()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        (await api.GetAsync(Window)).ErrorCode.ShouldBe("ResourceNotFound");
        var made = await api.PutAsync(Window, Bodies.Weekly());
        var again = await api.PutAsync(Window, Bodies.Weekly("Monday"));

        made.Status.ShouldBe(HttpStatusCode.Created, made.Text);
        made.Header("Azure-AsyncOperation").ShouldBeNull();
        ((string?)made.Properties["maintenanceWindow"]!["startDate"]).ShouldBe("2026-08-10", "AZ-61: filled in by the server");
        again.Status.ShouldBe(HttpStatusCode.OK);
        ((JsonArray)(await api.GetAsync(ApiServer.Cluster + "/maintenanceConfigurations")).Json["value"]!).Count.ShouldBe(1);
        (await api.OpenAsync()).ShouldBeEmpty();
        var deleted = await api.SendAsync("DELETE", Window);
        (deleted.Status, deleted.Text).ShouldBe((HttpStatusCode.OK, ""));
        (await api.SendAsync("DELETE", Window)).Status.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    [Trait("Rule", "AZ-51")]
    public async Task Configuration_ThatIsWrong_IsRefusedWithEveryProblem()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        var body = Bodies.Weekly();
        body["properties"]!["maintenanceWindow"]!["durationHours"] = 3;
        body["properties"]!["maintenanceWindow"]!["startTime"] = "25:99";

        var answer = await api.PutAsync(Window, body);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        ((JsonArray)answer.Json["error"]!["details"]!).Count.ShouldBe(2);
        (await api.PutAsync(Window + "X", Bodies.Weekly())).ErrorMessage.ShouldContain("aksManagedNodeOSUpgradeSchedule");
        (await api.SendAsync("DELETE", Window + "X")).Status.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Configuration_Written_NudgesTheClusterAndLeavesItsTagAlone()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        var etag = (await api.GetAsync(ApiServer.Cluster)).Header("ETag");
        var nudges = api.Signals.Nudged.Count;

        await api.PutAsync(Window, Bodies.Weekly());
        await api.PutAsync(Window, Bodies.Weekly());

        api.Signals.Nudged.Count.ShouldBe(nudges + 1, "the same document again is no change");
        (await api.GetAsync(ApiServer.Cluster)).Header("ETag").ShouldBe(etag);
    }
}

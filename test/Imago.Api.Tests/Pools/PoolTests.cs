using System.Net;
using System.Text.Json.Nodes;
using Imago.Api.Tests.Kit;
using Imago.Application.Storage;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Pools;

public sealed class PoolTests
{
    private const string Apps = ApiServer.Cluster + "/agentPools/apps";
    private const string First = ApiServer.Cluster + "/agentPools/nodepool1";

    [Fact]
    [Trait("Rule", "AZ-15")]
    [Trait("Rule", "AZ-16")]
    public async Task Put_NewPool_Is201AndThenListed()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        var answer = await api.PutAsync(Apps, Bodies.Pool());

        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Text);
        ((string?)answer.Properties["provisioningState"]).ShouldBe("Creating");
        ((string?)(await api.GetAsync(answer.Link("Azure-AsyncOperation"))).Json["status"]).ShouldBe("InProgress");
        await api.FinishAsync(ApiServer.Cluster);
        ((string?)(await api.GetAsync(Apps)).Properties["provisioningState"]).ShouldBe("Succeeded");
        ((JsonArray)(await api.GetAsync(ApiServer.Cluster + "/agentPools")).Json["value"]!).Select(p => (string?)p!["name"]).ShouldBe(["apps", "nodepool1"]);
    }

    [Fact]
    [Trait("Rule", "AZ-17")]
    [Trait("Rule", "AZ-33")]
    public async Task Put_OfUpgradeSettings_Is200WithAnOperationAndTheSameAgainIsNot()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        var document = (await api.GetAsync(First)).Json;
        document["properties"]!["upgradeSettings"]!["maxSurge"] = "5";

        var changed = await api.PutAsync(First, document);
        await api.FinishAsync(ApiServer.Cluster);
        var same = await api.PutAsync(First, document);

        changed.Status.ShouldBe(HttpStatusCode.OK, changed.Text);
        changed.Header("Azure-AsyncOperation").ShouldNotBeNull();
        same.Status.ShouldBe(HttpStatusCode.OK);
        same.Header("Azure-AsyncOperation").ShouldBeNull();
        ((string?)same.Properties["upgradeSettings"]!["maxSurge"]).ShouldBe("5");
    }

    [Fact]
    [Trait("Rule", "AZ-19")]
    [Trait("Rule", "EV-72")]
    [Trait("Rule", "EV-80")]
    public async Task UpgradeNodeImage_IsAcceptedAndItsResultIsThePool()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        var answer = await api.SendAsync("POST", First + "/upgradeNodeImageVersion");

        answer.Status.ShouldBe(HttpStatusCode.Accepted, answer.Text);
        ((string?)answer.Properties["provisioningState"]).ShouldBe("UpgradingNodeImageVersion");
        answer.Header("Retry-After").ShouldBe("1");
        (await api.GetAsync(answer.Link("Location"))).Status.ShouldBe(HttpStatusCode.Accepted);
        await api.FinishAsync(ApiServer.Cluster);
        ((string?)(await api.GetAsync(answer.Link("Azure-AsyncOperation"))).Json["status"]).ShouldBe("Succeeded");
        ((string?)(await api.GetAsync(answer.Link("Location"))).Json["name"]).ShouldBe("nodepool1");
    }

    [Fact]
    [Trait("Rule", "AZ-21")]
    [Trait("Rule", "UP-62")]
    public async Task UpgradeNodeImage_OfSeveralPools_QueuesAndHoldsEverythingElseOff()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync(body: Bodies.Cluster("NodeImage", "nodepool1", "apps", "batch"));
        var larger = (await api.GetAsync(Apps)).Json;
        larger["properties"]!["count"] = 5;

        var answers = await Task.WhenAll(((string[])["nodepool1", "apps", "batch"]).Select(p => api.SendAsync("POST", $"{ApiServer.Cluster}/agentPools/{p}/upgradeNodeImageVersion")));
        var again = await api.SendAsync("POST", Apps + "/upgradeNodeImageVersion");
        var other = await api.PutAsync(Apps, larger);

        answers.ShouldAllBe(a => a.Status == HttpStatusCode.Accepted);
        (await api.OpenAsync()).Length.ShouldBe(3);
        again.ErrorCode.ShouldBe("OperationNotAllowed");
        other.ErrorCode.ShouldBe("OperationNotAllowed");
    }

    [Fact]
    [Trait("Rule", "AZ-23")]
    [Trait("Rule", "EV-75")]
    [Trait("Rule", "UP-66")]
    public async Task Abort_OfAnUpgrade_IsCancelingThenCanceledAndTells204()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        var upgrade = await api.SendAsync("POST", First + "/upgradeNodeImageVersion");

        var abort = await api.SendAsync("POST", First + "/abort");
        var twice = await api.SendAsync("POST", ApiServer.Cluster.Replace("managedClusters", "managedclusters", StringComparison.Ordinal) + "/abort");

        abort.Status.ShouldBe(HttpStatusCode.Accepted, abort.Text);
        twice.Header("Azure-AsyncOperation").ShouldBe(abort.Header("Azure-AsyncOperation"));
        ((string?)(await api.GetAsync(upgrade.Link("Azure-AsyncOperation"))).Json["status"]).ShouldBe("Canceling");
        ((string?)(await api.GetAsync(First)).Properties["provisioningState"]).ShouldBe("Canceling");
        await api.FinishAsync(ApiServer.Cluster);
        (await api.GetAsync(abort.Link("Location"))).Status.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    [Trait("Rule", "AZ-49")]
    public async Task Operation_ThatWasCanceled_SaysSoWithAnError()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        var upgrade = await api.SendAsync("POST", First + "/upgradeNodeImageVersion");
        await api.FinishAsync(ApiServer.Cluster, OperationStatus.Canceled);

        var status = await api.GetAsync(upgrade.Link("Azure-AsyncOperation"));

        ((string?)status.Json["status"]).ShouldBe("Canceled");
        ((string?)status.Json["error"]!["code"]).ShouldBe("OperationCanceled");
        (await api.GetAsync(upgrade.Link("Location"))).ErrorCode.ShouldBe("OperationCanceled");
    }

    [Fact]
    [Trait("Rule", "UP-66")]
    public async Task Abort_WhenNothingIsUnderWay_Is409()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        (await api.SendAsync("POST", ApiServer.Cluster + "/abort")).ErrorCode.ShouldBe("OperationNotAllowed");
        (await api.SendAsync("POST", First + "/abort")).ErrorCode.ShouldBe("OperationNotAllowed");
        (await api.SendAsync("POST", Apps + "/abort")).ErrorCode.ShouldBe("ResourceNotFound");
    }

    [Fact]
    [Trait("Rule", "AZ-24")]
    public async Task Delete_OfAPool_Is202_OfTheLastSystemPoolRefused()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync(body: Bodies.Cluster("NodeImage", "nodepool1", "apps"));

        (await api.SendAsync("DELETE", First)).Status.ShouldBe(HttpStatusCode.BadRequest);
        var answer = await api.SendAsync("DELETE", Apps + "?ignore-pod-disruption-budget=true");
        answer.Status.ShouldBe(HttpStatusCode.Accepted, answer.Text);
        answer.Header("Location").ShouldNotBeNull();
        await api.FinishAsync(ApiServer.Cluster);
        (await api.GetAsync(Apps)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await api.SendAsync("DELETE", Apps)).Status.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Put_OfTheClusterWithoutAPool_DeletesThePool()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync(body: Bodies.Cluster("NodeImage", "nodepool1", "apps"));

        (await api.PutAsync(ApiServer.Cluster, Bodies.Cluster("NodeImage", "nodepool1"))).Status.ShouldBe(HttpStatusCode.OK);

        (await api.OpenAsync()).Select(o => (o.Kind, o.Pool)).ShouldBe([(OperationKind.UpdateCluster, null), (OperationKind.DeletePool, "apps")], ignoreOrder: true);
    }
}

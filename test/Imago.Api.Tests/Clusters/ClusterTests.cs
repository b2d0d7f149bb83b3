using System.Net;
using System.Text.Json.Nodes;
using Imago.Api.Tests.Kit;
using Imago.Application.Resources;
using Imago.Application.Storage;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Clusters;

public sealed class ClusterTests
{
    [Fact]
    [Trait("Rule", "AZ-8")]
    [Trait("Rule", "AZ-47")]
    [Trait("Rule", "AZ-61")]
    public async Task Put_NewCluster_Is201WithAnAbsoluteOperationAndNoLocation()
    {
        await using var api = await ApiServer.StartAsync();
        await api.PutAsync(ApiServer.Group, new JsonObject { ["location"] = "north-1" });

        (await api.GetAsync(ApiServer.Cluster)).ErrorCode.ShouldBe("ResourceNotFound");
        var answer = await api.PutAsync(ApiServer.Cluster, Bodies.Cluster());

        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Text);
        ((string?)answer.Properties["provisioningState"]).ShouldBe("Creating");
        answer.Header("Location").ShouldBeNull();
        answer.Header("Retry-After").ShouldBe("1");
        var operation = await api.GetAsync(answer.Link("Azure-AsyncOperation"));
        ((string?)operation.Json["status"]).ShouldBe("InProgress");
        (await api.OpenAsync()).ShouldHaveSingleItem().Kind.ShouldBe(OperationKind.CreateCluster);
        api.Signals.Nudged.ShouldContain(ApiServer.Cluster.ToLowerInvariant());
    }

    [Fact]
    [Trait("Rule", "AZ-8")]
    [Trait("Rule", "AZ-11")]
    [Trait("Rule", "EV-81")]
    public async Task Operation_ThatEnded_SaysSoAndTheClusterIsThere()
    {
        await using var api = await ApiServer.StartAsync();
        var created = await api.CreateClusterAsync();

        var operation = await api.GetAsync(created.Link("Azure-AsyncOperation"));
        ((string?)operation.Json["status"]).ShouldBe("Succeeded");
        operation.Json["endTime"].ShouldNotBeNull();
        operation.Json["percentComplete"]!.GetValue<int>().ShouldBe(100);
        operation.Header("Retry-After").ShouldBeNull();
        var cluster = await api.GetAsync(ApiServer.Cluster);
        ((string?)cluster.Properties["provisioningState"]).ShouldBe("Succeeded");
        ((string?)cluster.Properties["autoUpgradeProfile"]!["nodeOSUpgradeChannel"]).ShouldBe("SecurityPatch");
    }

    [Fact]
    [Trait("Rule", "AZ-9")]
    [Trait("Rule", "AZ-53")]
    [Trait("Rule", "AZ-32")]
    public async Task Put_OfWhatWasRead_ChangesNothingAndIs200WithoutWork()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        var read = await api.GetAsync(ApiServer.Cluster);
        read.Json["extra"] = "kept";

        var first = await api.PutAsync(ApiServer.Cluster, read.Json);
        await api.FinishAsync(ApiServer.Cluster);
        var again = await api.PutAsync(ApiServer.Cluster, read.Json);

        first.Status.ShouldBe(HttpStatusCode.OK, first.Text);
        again.Status.ShouldBe(HttpStatusCode.OK);
        again.Header("Azure-AsyncOperation").ShouldBeNull("AZ-48: no header and Succeeded is a finished write");
        ((string?)again.Properties["provisioningState"]).ShouldBe("Succeeded");
        (await api.OpenAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Put_OfAnUnknownProperty_KeepsIt()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        var document = (await api.GetAsync(ApiServer.Cluster)).Json;
        document["properties"]!["futureProfile"] = new JsonObject { ["deep"] = new JsonArray(1, "two", null) };

        (await api.PutAsync(ApiServer.Cluster, document)).Status.ShouldBe(HttpStatusCode.OK);

        (await api.GetAsync(ApiServer.Cluster)).Properties["futureProfile"]!.ToJsonString().ShouldBe("""{"deep":[1,"two",null]}""");
    }

    [Fact]
    [Trait("Rule", "AZ-9")]
    public async Task Put_OfAnotherChannel_Is200WithAnOperation()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        var document = (await api.GetAsync(ApiServer.Cluster)).Json;
        document["properties"]!["autoUpgradeProfile"]!["nodeOSUpgradeChannel"] = "nodeimage";

        var answer = await api.PutAsync(ApiServer.Cluster, document);

        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        ((string?)answer.Properties["provisioningState"]).ShouldBe("Updating");
        ((string?)answer.Properties["autoUpgradeProfile"]!["nodeOSUpgradeChannel"]).ShouldBe("NodeImage");
        answer.Link("Azure-AsyncOperation").ShouldContain("/operations/");
        (await api.OpenAsync()).ShouldHaveSingleItem().Kind.ShouldBe(OperationKind.UpdateCluster);
    }

    [Fact]
    [Trait("Rule", "CH-50")]
    public async Task Put_ThatSwitchesTheNodesOwnUpdater_IsOneOperationThatReimages()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        (await api.PutAsync(ApiServer.Cluster, Bodies.Cluster("Unmanaged"))).Status.ShouldBe(HttpStatusCode.OK);

        (await api.OpenAsync()).ShouldHaveSingleItem().Kind.ShouldBe(OperationKind.ChannelTransition);
    }

    [Fact]
    [Trait("Rule", "AZ-51")]
    public async Task Put_OfABogusChannel_IsRefusedAndChangesNothing()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        var before = await api.GetAsync(ApiServer.Cluster);

        var answer = await api.PutAsync(ApiServer.Cluster, Bodies.Cluster("Bogus"));

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.ErrorMessage.ShouldContain("Bogus");
        (await api.GetAsync(ApiServer.Cluster)).Text.ShouldBe(before.Text);
        (await api.OpenAsync()).ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "UP-62")]
    public async Task Put_WhileAnotherWriteIsUnderWay_Is409_AndTheSameAgainFollowsTheFirst()
    {
        await using var api = await ApiServer.StartAsync();
        await api.PutAsync(ApiServer.Group, new JsonObject { ["location"] = "north-1" });
        var first = await api.PutAsync(ApiServer.Cluster, Bodies.Cluster());

        var same = await api.PutAsync(ApiServer.Cluster, Bodies.Cluster());
        var other = await api.PutAsync(ApiServer.Cluster, Bodies.Cluster("NodeImage"));

        same.Status.ShouldBe(HttpStatusCode.OK, same.Text);
        same.Header("Azure-AsyncOperation").ShouldBe(first.Header("Azure-AsyncOperation"));
        (other.Status, other.ErrorCode).ShouldBe((HttpStatusCode.Conflict, "OperationNotAllowed"));
        other.ErrorMessage.ShouldContain((await api.OpenAsync())[0].Id);
    }

    [Theory]
    [InlineData(true, "PUT", HttpStatusCode.OK)]
    [InlineData(false, "PUT", HttpStatusCode.Conflict)]
    [InlineData(true, "POST", HttpStatusCode.Accepted)]
    [InlineData(false, "POST", HttpStatusCode.Conflict)]
    [Trait("Rule", "UP-62")]
    [Trait("Rule", "MW-11")]
    public async Task Write_WhileAnAutomaticRolloutIsOpen_IsAcceptedWhenItOnlyWaitsForItsWindow(bool atRest, string method, HttpStatusCode expected)
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        var pool = (await api.Store.ClusterAsync(ApiServer.Cluster.ToLowerInvariant(), CancellationToken.None)).First(r => r.Type == ResourceTypes.AgentPool);
        await api.CommitAsync(new StoreBatch
        {
            Resources = [new ResourceWrite.Status(StatusText.Write(StatusText.ReadPool(pool.Status) with { RolloutAtRest = atRest }), pool.StatusVersion) { Key = pool.Key }],
            Operations = [new OperationWrite(new StoredOperation
            {
                Id = "0f0f0f0f-0000-4000-8000-000000000001",
                Kind = OperationKind.AutomaticUpgrade,
                Status = OperationStatus.InProgress,
                ResourceId = pool.Id,
                ClusterKey = pool.ClusterKey!,
                Pool = pool.Id[(pool.Id.LastIndexOf('/') + 1)..],
                SubscriptionId = ApiServer.Subscription,
                Location = "north-1",
                StartedAt = Instant.FromUtc(2026, 8, 8, 22, 5),
                CorrelationId = "0f0f0f0f-0000-4000-8000-000000000002",
                Caller = "system:auto-upgrader",
                Version = 1,
            })],
        });

        var write = method == "PUT"
            ? await api.PutAsync(ApiServer.Cluster, Bodies.Cluster("NodeImage"))
            : await api.SendAsync("POST", $"{pool.Id}/upgradeNodeImageVersion");

        write.Status.ShouldBe(expected, write.Text);
    }

    [Fact]
    [Trait("Rule", "UP-65")]
    public async Task Put_OfTheSameAfterAFailure_AsksForTheRest()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        await api.PutAsync(ApiServer.Cluster, Bodies.Cluster("NodeImage"));
        await api.FinishAsync(ApiServer.Cluster, OperationStatus.Failed, """{"code":"PodDrainFailure","message":"Drain of node n3 timed out"}""");

        var failed = await api.GetAsync(ApiServer.Cluster);
        var answer = await api.PutAsync(ApiServer.Cluster, Bodies.Cluster("NodeImage"));

        ((string?)failed.Properties["status"]!["provisioningError"]!["code"]).ShouldBe("PodDrainFailure");
        answer.Header("Azure-AsyncOperation").ShouldNotBeNull();
        (await api.OpenAsync()).ShouldHaveSingleItem();
    }

    [Fact]
    [Trait("Rule", "AZ-49")]
    public async Task Operation_ThatFailed_CarriesItsError()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        var answer = await api.PutAsync(ApiServer.Cluster, Bodies.Cluster("NodeImage"));
        await api.FinishAsync(ApiServer.Cluster, OperationStatus.Failed, """{"code":"PodDrainFailure","message":"Drain timed out","details":[{"code":"PodDisruptionBudget","message":"shop/cart-pdb allows 0"}]}""");

        var operation = await api.GetAsync(answer.Link("Azure-AsyncOperation"));

        ((string?)operation.Json["status"]).ShouldBe("Failed");
        ((string?)operation.Json["error"]!["details"]![0]!["code"]).ShouldBe("PodDisruptionBudget");
    }

    [Fact]
    [Trait("Rule", "AZ-25")]
    [Trait("Rule", "AZ-61")]
    public async Task Delete_OfACluster_Is202WithBothHeadersThenGone()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        var answer = await api.SendAsync("DELETE", ApiServer.Cluster);
        var again = await api.SendAsync("DELETE", ApiServer.Cluster);

        answer.Status.ShouldBe(HttpStatusCode.Accepted);
        answer.Text.ShouldBeEmpty();
        again.Header("Azure-AsyncOperation").ShouldBe(answer.Header("Azure-AsyncOperation"));
        ((string?)(await api.GetAsync(ApiServer.Cluster)).Properties["provisioningState"]).ShouldBe("Deleting");
        (await api.GetAsync(answer.Link("Location"))).Status.ShouldBe(HttpStatusCode.Accepted);
        await api.FinishAsync(ApiServer.Cluster);
        (await api.GetAsync(ApiServer.Cluster)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await api.GetAsync(answer.Link("Location"))).Status.ShouldBe(HttpStatusCode.NoContent);
        (await api.SendAsync("DELETE", ApiServer.Cluster)).Status.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    [Trait("Rule", "EV-76")]
    [Trait("Rule", "UP-67")]
    public async Task Stop_ThenAnythingButStartAndDelete_Is409()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        (await api.SendAsync("POST", ApiServer.Cluster + "/start")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await api.SendAsync("POST", ApiServer.Cluster + "/stop")).Status.ShouldBe(HttpStatusCode.Accepted);
        await api.FinishAsync(ApiServer.Cluster);
        ((string?)(await api.GetAsync(ApiServer.Cluster)).Properties["powerState"]!["code"]).ShouldBe("Stopped");
        (await api.PutAsync(ApiServer.Cluster, Bodies.Cluster("NodeImage"))).ErrorCode.ShouldBe("OperationNotAllowed");
        (await api.PutAsync(ApiServer.Cluster + "/agentPools/apps", Bodies.Pool())).ErrorCode.ShouldBe("OperationNotAllowed");
        (await api.SendAsync("POST", ApiServer.Cluster + "/agentPools/nodepool1/upgradeNodeImageVersion")).ErrorCode.ShouldBe("OperationNotAllowed");
        (await api.SendAsync("POST", ApiServer.Cluster + "/start")).Status.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    [Trait("Rule", "EV-70")]
    public async Task Patch_OfTags_ChangesOnlyThem()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        var answer = await api.SendAsync("PATCH", ApiServer.Cluster, """{"tags":{"team":"shop"}}""");
        var refused = await api.SendAsync("PATCH", ApiServer.Cluster, """{"location":"south-1"}""");

        answer.Status.ShouldBe(HttpStatusCode.OK);
        ((string?)answer.Json["tags"]!["team"]).ShouldBe("shop");
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await api.GetAsync(ApiServer.Cluster)).Json["tags"]!["team"]).ShouldBe("shop");
    }

    [Fact]
    [Trait("Rule", "EV-84")]
    [Trait("Rule", "AZ-35")]
    public async Task Write_UnderAConditionThatDoesNotHold_Is412()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        var etag = (await api.GetAsync(ApiServer.Cluster)).Header("ETag")!;

        (await api.PutAsync(ApiServer.Cluster, Bodies.Cluster(), ("If-None-Match", "*"))).Status.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await api.PutAsync(ApiServer.Cluster, Bodies.Cluster("NodeImage"), ("If-Match", "\"7b3f\""))).ErrorCode.ShouldBe("PreconditionFailed");
        (await api.SendAsync("DELETE", ApiServer.Cluster, null, ("If-Match", "7b3f"))).Status.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await api.PutAsync(ApiServer.Cluster + "x", Bodies.Cluster(), ("If-Match", "*"))).Status.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await api.PutAsync(ApiServer.Cluster, Bodies.Cluster("NodeImage"), ("If-Match", etag))).Status.ShouldBe(HttpStatusCode.OK);
        (await api.GetAsync(ApiServer.Cluster)).Header("ETag").ShouldNotBe(etag);
    }

    [Fact]
    [Trait("Rule", "AZ-10")]
    public async Task List_OfSubscriptionAndGroup_GoesOverPages()
    {
        await using var api = await ApiServer.StartAsync();
        foreach (var name in (string[])["a", "b", "c"])
        {
            await api.CreateClusterAsync(ApiServer.Cluster[..^"shop-prod".Length] + name);
        }

        var names = new List<string>();
        var next = $"/subscriptions/{ApiServer.Subscription}/providers/Microsoft.ContainerService/managedClusters?$top=2&api-version={ApiServer.Stable}";
        while (next is not null)
        {
            var page = await api.GetAsync(next);
            names.AddRange(((JsonArray)page.Json["value"]!).Select(c => (string)c!["name"]!));
            next = (string?)page.Json["nextLink"] is { } link ? new Uri(link).PathAndQuery : null;
        }

        names.ShouldBe(["a", "b", "c"]);
        ((JsonArray)(await api.GetAsync(ApiServer.Group + "/providers/Microsoft.ContainerService/managedClusters")).Json["value"]!).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Put_TwentyAtOnce_OneWinsAndTheOthersAreToldSo()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        var answers = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => api.PutAsync(ApiServer.Cluster + $"/agentPools/p{i}", Bodies.Pool())));

        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        answers.Where(a => a.Status != HttpStatusCode.Created).ShouldAllBe(a => a.ErrorCode == "OperationNotAllowed");
        (await api.OpenAsync()).ShouldHaveSingleItem();
    }
}

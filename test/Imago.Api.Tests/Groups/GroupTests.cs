using System.Net;
using System.Text.Json.Nodes;
using Imago.Api.Tests.Kit;
using Imago.Application.Storage;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Groups;

public sealed class GroupTests
{
    private static JsonObject North => new() { ["location"] = "North 1" };

    [Fact]
    [Trait("Rule", "AZ-5")]
    public async Task Group_MadeShownAndAskedFor_AnswersAsAzNeedsIt()
    {
        await using var api = await ApiServer.StartAsync();

        (await api.SendAsync("HEAD", ApiServer.Group)).Status.ShouldBe(HttpStatusCode.NotFound);
        var made = await api.PutAsync(ApiServer.Group, North);
        var again = await api.PutAsync(ApiServer.Group, North);

        made.Status.ShouldBe(HttpStatusCode.Created, made.Text);
        again.Status.ShouldBe(HttpStatusCode.OK);
        ((string?)made.Json["location"]).ShouldBe("north1");
        ((string?)made.Json["name"]).ShouldBe("rg-shop");
        ((string?)made.Properties["provisioningState"]).ShouldBe("Succeeded");
        (await api.SendAsync("HEAD", ApiServer.Group)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await api.GetAsync(ApiServer.Group)).Text.ShouldBe(made.Text);
        ((JsonArray)(await api.GetAsync($"/subscriptions/{ApiServer.Subscription}/resourcegroups")).Json["value"]!).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Group_WithSeveralProblems_TellsAllOfThem()
    {
        await using var api = await ApiServer.StartAsync();

        var answer = await api.PutAsync(ApiServer.Group + ".", new JsonObject { ["tags"] = 5 });

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        ((JsonArray)answer.Json["error"]!["details"]!).Select(d => (string?)d!["target"]).Order().ShouldBe(["location", "name", "tags"]);
    }

    [Fact]
    public async Task Group_OfAnotherLocation_IsRefused()
    {
        await using var api = await ApiServer.StartAsync();
        await api.PutAsync(ApiServer.Group, North);

        (await api.PutAsync(ApiServer.Group, new JsonObject { ["location"] = "south-1" })).ErrorCode.ShouldBe("PropertyChangeNotAllowed");
        var patched = await api.SendAsync("PATCH", ApiServer.Group, """{"tags":{"team":"shop"}}""");
        ((string?)patched.Json["tags"]!["team"]).ShouldBe("shop");
    }

    [Fact]
    [Trait("Rule", "AZ-5")]
    public async Task Delete_OfAGroupWithClusters_DeletesThemByOperationsAndThenItself()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        var answer = await api.SendAsync("DELETE", ApiServer.Group);

        answer.Status.ShouldBe(HttpStatusCode.Accepted);
        (await api.OpenAsync()).ShouldHaveSingleItem().Kind.ShouldBe(OperationKind.DeleteCluster);
        ((string?)(await api.GetAsync(ApiServer.Group)).Properties["provisioningState"]).ShouldBe("Deleting");
        (await api.PutAsync(ApiServer.Cluster + "2", Bodies.Cluster())).ErrorCode.ShouldBe("ResourceGroupBeingDeleted");
        (await api.GetAsync(answer.Link("Location"))).Status.ShouldBe(HttpStatusCode.Accepted);
        await api.FinishAsync(ApiServer.Cluster);
        (await api.GetAsync(answer.Link("Location"))).Status.ShouldBe(HttpStatusCode.OK);
        (await api.GetAsync(ApiServer.Group)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await api.SendAsync("DELETE", ApiServer.Group)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Delete_OfAGroupWithAClusterAtWork_IsRefusedAndNamesIt()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        await api.SendAsync("POST", ApiServer.Cluster + "/stop");

        var answer = await api.SendAsync("DELETE", ApiServer.Group);

        answer.ErrorCode.ShouldBe("OperationNotAllowed");
        answer.ErrorMessage.ShouldContain("shop-prod");
    }

    [Fact]
    [Trait("Rule", "AZ-60")]
    public async Task Resources_OfSubscriptionAndGroup_AreTheClusters()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        foreach (var scope in (string[])[$"/subscriptions/{ApiServer.Subscription}", ApiServer.Group])
        {
            var item = ((JsonArray)(await api.GetAsync(scope + "/resources?$filter=resourceType eq 'microsoft.containerservice/managedClusters'")).Json["value"]!).ShouldHaveSingleItem()!;
            ((string?)item["type"]).ShouldBe("Microsoft.ContainerService/managedClusters");
            ((string?)item["location"]).ShouldBe("north-1");
            ((JsonArray)(await api.GetAsync(scope + "/resources?$filter=resourceType eq 'a/b'")).Json["value"]!).ShouldBeEmpty();
            ((JsonArray)(await api.GetAsync(scope + "/resources?$filter=resourceGroup eq 'elsewhere' and resourceType eq 'Microsoft.ContainerService/managedClusters'")).Json["value"]!).ShouldBeEmpty();
            ((JsonArray)(await api.GetAsync(scope + "/resources?$filter=resourceGroup eq '/not/a/name'")).Json["value"]!).ShouldBeEmpty();
            (await api.GetAsync(scope + "/resources?$filter=name ne 'x'")).Status.ShouldBe(HttpStatusCode.BadRequest);
        }
    }
}

using System.Net;
using System.Text.Json.Nodes;
using Imago.Api.Tests.Kit;
using Imago.Application.Storage;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Activities;

public sealed class ActivityTests
{
    private const string Log = $"/subscriptions/{ApiServer.Subscription}/providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01";

    [Fact]
    [Trait("Rule", "AZ-28")]
    [Trait("Rule", "EV-50")]
    [Trait("Rule", "EV-56")]
    [Trait("Rule", "EV-57")]
    public async Task Entry_OfAWrite_SaysWhoDidWhatThroughWhichRequest()
    {
        await using var api = await ApiServer.StartAsync();
        await api.PutAsync(ApiServer.Group, new JsonObject { ["location"] = "north-1" });
        var created = await api.PutAsync(ApiServer.Cluster, Bodies.Cluster(), ("x-ms-client-request-id", "my-request"));

        var entries = await EntriesAsync(api, $"eventTimestamp ge 2026-08-10T06:00:00.000000 and eventTimestamp le 2026-08-10T12:00:00Z and resourceId eq '{ApiServer.Cluster.ToLowerInvariant()}'");

        var entry = entries.ShouldHaveSingleItem()!;
        ((string?)entry["operationName"]!["value"]).ShouldBe("Microsoft.ContainerService/managedClusters/write");
        ((string?)entry["status"]!["value"]).ShouldBe("Started");
        ((string?)entry["level"]).ShouldBe("Informational");
        ((string?)entry["caller"]).ShouldBe("alice");
        ((string?)entry["correlationId"]).ShouldBe(created.Header("x-ms-correlation-request-id"));
        ((string?)entry["resourceGroupName"]).ShouldBe("rg-shop");
        ((string?)entry["httpRequest"]!["method"]).ShouldBe("PUT");
        ((string?)entry["httpRequest"]!["clientRequestId"]).ShouldBe("my-request");
        ((string?)entry["category"]!["value"]).ShouldBe("Administrative");
        ((string?)entry["authorization"]!["action"]).ShouldBe("Microsoft.ContainerService/managedClusters/write");
    }

    [Fact]
    [Trait("Rule", "EV-58")]
    public async Task Entry_OfARefusedWrite_IsAnErrorWithTheReasonAsJsonText()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        await api.PutAsync(ApiServer.Cluster, Bodies.Cluster("Bogus"));

        var entry = (await EntriesAsync(api, $"resourceGroupName eq 'RG-shop' and resourceUri eq '{ApiServer.Cluster}'"))[0]!;
        ((string?)entry["status"]!["value"], (string?)entry["level"]).ShouldBe(("Failed", "Error"));
        ((string?)entry["properties"]!["statusCode"]).ShouldBe("400");
        ((string?)JsonNode.Parse((string)entry["properties"]!["message"]!)!["message"]).ShouldNotBeNull().ShouldContain("Bogus");
    }

    [Theory]
    [Trait("Rule", "EV-51")]
    [Trait("Rule", "EV-52")]
    [Trait("Rule", "EV-53")]
    [Trait("Rule", "EV-54")]
    [InlineData("POST", "/stop", null, "managedClusters/stop/action")]
    [InlineData("DELETE", "", null, "managedClusters/delete")]
    [InlineData("POST", "/agentPools/nodepool1/upgradeNodeImageVersion", null, "managedClusters/agentPools/upgradeNodeImageVersion/action")]
    [InlineData("POST", "/abort", null, "managedClusters/abort/action")]
    [InlineData("DELETE", "/agentPools/nodepool1", null, "managedClusters/agentPools/delete")]
    [InlineData("PUT", "/agentPools/apps", """{"properties":{"count":1,"vmSize":"size-4"}}""", "managedClusters/agentPools/write")]
    [InlineData("PUT", "/maintenanceConfigurations/default", """{"properties":{"timeInWeek":[{"day":"Monday","hourSlots":[1]}]}}""", "managedClusters/maintenanceConfigurations/write")]
    public async Task Entry_OfEachKindOfWrite_HasItsOperationName(string method, string path, string? body, string operation)
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        await api.SendAsync(method, ApiServer.Cluster + path, body);

        (await api.ActivitiesAsync())[0].OperationName.ShouldBe("Microsoft.ContainerService/" + operation);
    }

    [Fact]
    [Trait("Rule", "EV-55")]
    public async Task Reading_OfAnything_LeavesNoEntry()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        var before = (await api.ActivitiesAsync()).Length;

        await api.GetAsync(ApiServer.Cluster);
        await api.GetAsync(ApiServer.Cluster + "/upgradeProfiles/default");
        await api.GetAsync(ApiServer.Cluster + "x");

        (await api.ActivitiesAsync()).Length.ShouldBe(before);
    }

    [Fact]
    [Trait("Rule", "EV-59")]
    public async Task Entry_OfAutomaticWork_HasNoRequest()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CommitAsync(new StoreBatch
        {
            Activities =
            [
                new ActivityEntry
                {
                    EventDataId = "e1", At = api.Clock.Now, SubscriptionId = ApiServer.Subscription, ResourceGroup = "rg-shop", ResourceId = ApiServer.Cluster + "/agentPools/apps",
                    OperationName = "Microsoft.ContainerService/managedClusters/agentPools/upgradeNodeImageVersion/action", Status = "Started", Level = "Informational",
                    Caller = "system:auto-upgrader", CorrelationId = "c1", Properties = """{"trigger":"NodeOSChannel","channel":"NodeImage"}""",
                },
            ],
        });

        var entry = (await EntriesAsync(api, "correlationId eq 'c1'")).ShouldHaveSingleItem()!;

        ((string?)entry["caller"]).ShouldBe("system:auto-upgrader");
        entry.AsObject().ContainsKey("httpRequest").ShouldBeFalse();
        ((string?)entry["properties"]!["trigger"]).ShouldBe("NodeOSChannel");
        ((string?)entry["operationName"]!["localizedValue"]).ShouldBe("Upgrade node image version");
    }

    [Theory]
    [InlineData("eventTimestamp gt 2026-01-01")]
    [InlineData("eventTimestamp ge yesterday")]
    [InlineData("caller eq 'alice'")]
    [InlineData("resourceId eq 'x' or resourceId eq 'y'")]
    [InlineData("resourceId eq 'x")]
    [InlineData("resourceId")]
    public async Task Filter_ThatIsNotUnderstood_IsRefusedAndSaysWhatIs(string filter)
    {
        await using var api = await ApiServer.StartAsync();

        var answer = await api.GetAsync($"{Log}&$filter={Uri.EscapeDataString(filter)}");

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.ErrorMessage.ShouldContain("Allowed are: eventTimestamp ge");
    }

    [Fact]
    public async Task Log_OfManyEntries_GoesOverPagesNewestFirst()
    {
        await using var api = await ApiServer.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            api.Clock.Now += Duration.FromSeconds(1);
            await api.PutAsync($"/subscriptions/{ApiServer.Subscription}/resourceGroups/rg{i}", new JsonObject { ["location"] = "north-1" });
        }

        var groups = new List<string?>();
        var next = $"{Log}&$top=2&$select=caller&$filter={Uri.EscapeDataString("eventTimestamp ge '2026-08-10T12:00:02Z'")}";
        while (next is not null)
        {
            var page = await api.GetAsync(next);
            groups.AddRange(((JsonArray)page.Json["value"]!).Select(e => (string?)e!["resourceGroupName"]));
            next = (string?)page.Json["nextLink"] is { } link ? new Uri(link).PathAndQuery : null;
        }

        groups.ShouldBe(["rg4", "rg3", "rg2", "rg1"]);
    }

    private static async Task<JsonArray> EntriesAsync(ApiServer api, string filter)
    {
        var answer = await api.GetAsync($"{Log}&$filter={Uri.EscapeDataString(filter)}");
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return (JsonArray)answer.Json["value"]!;
    }
}

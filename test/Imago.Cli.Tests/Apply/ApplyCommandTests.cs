using System.Text.Json.Nodes;
using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Apply;

public sealed class ApplyCommandTests : IAsyncLifetime
{
    private const string ShopYaml = """
        # a shop with a window
        type: Microsoft.ContainerService/managedClusters
        name: shop
        resourceGroup: rg
        location: north-1
        tags: { team: web, version: 1.30 }
        properties:
          kubernetesVersion: 1.30
          autoUpgradeProfile:
            nodeOSUpgradeChannel: SecurityPatch
          agentPoolProfiles:
            - name: apps
              mode: System
              count: 3
              upgradeSettings: { maxSurge: 1 }
        maintenanceConfigurations:
          - name: aksManagedNodeOSUpgradeSchedule
            properties:
              maintenanceWindow:
                schedule:
                  weekly: { intervalWeeks: 1, dayOfWeek: Saturday }
                durationHours: 6
                startTime: 22:00
                utcOffset: +02:00
                startDate: 2026-08-01
        ---
        type: Microsoft.Resources/resourceGroups
        name: rg
        location: north-1
        """;

    private static readonly string Shop = FakeArm.ClusterPath("rg", "shop");
    private static readonly string Window = $"{Shop}/maintenanceConfigurations/aksManagedNodeOSUpgradeSchedule";

    private readonly RemoteClient _client = new();

    private FakeArm Arm => _client.Arm;

    public async ValueTask InitializeAsync()
    {
        await _client.InitializeAsync();
        await _client.LoginAsync();
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task Apply_OnAnEmptyServer_WritesWhatLiesInSomethingAfterIt()
    {
        var output = await ApplyAsync(ShopYaml);

        Arm.Writes.Select(w => w.Split('?')[0]).ShouldBe([$"PUT {FakeArm.GroupPath("rg")}", $"PUT {Shop}", $"PUT {Window}"]);
        output.ShouldStartWith("+ group rg: new\n  + location: \"north-1\"\n+ cluster rg/shop: new\n");
        output.ShouldContain("  + properties.agentPoolProfiles[apps].count: 3\n");
        output.ShouldEndWith("3 created.\n");
    }

    [Fact]
    public async Task Apply_ASecondTime_SaysUnchangedAndWritesNothing()
    {
        await ApplyAsync(ShopYaml);
        Arm.Forget();

        (await ApplyAsync(ShopYaml)).ShouldBe("= group rg: unchanged\n= cluster rg/shop: unchanged\n= maintenance configuration rg/shop/aksManagedNodeOSUpgradeSchedule: unchanged\n3 unchanged.\n");
        Arm.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Apply_AnswerInAnotherSpelling_IsNoDifference()
    {
        await ApplyAsync(ShopYaml);
        Arm.Put(Shop, Arm.Document(Shop)!.ToJsonString().Replace("SecurityPatch", "securitypatch", StringComparison.Ordinal).Replace("\"count\":3", "\"count\":\"3\"", StringComparison.Ordinal));
        Arm.Forget();

        (await ApplyAsync(ShopYaml)).ShouldEndWith("3 unchanged.\n");
    }

    [Fact]
    public async Task DryRun_OfADifference_ShowsItAndWritesNothing()
    {
        await ApplyAsync(ShopYaml);
        Arm.Forget();

        var output = await _client.OkAsync("apply", "-f", _client.Write("shop.yaml", ShopYaml.Replace("SecurityPatch", "NodeImage", StringComparison.Ordinal)), "--dry-run");

        output.ShouldContain("~ cluster rg/shop: 1 difference\n  - properties.autoUpgradeProfile.nodeOSUpgradeChannel: \"SecurityPatch\"\n  + properties.autoUpgradeProfile.nodeOSUpgradeChannel: \"NodeImage\"\n");
        Arm.Writes.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "EV-84")]
    public async Task Apply_FieldsTheFileDoesNotName_StayAsTheyAre()
    {
        Arm.Put(FakeArm.GroupPath("rg"), """{"location":"north-1"}""");
        Arm.Put(Shop, """{"location":"north-1","properties":{"futureField":7,"agentPoolProfiles":[{"name":"apps","count":3,"vmSize":"size-4"},{"name":"batch","count":9}]}}""");

        await ApplyAsync("""
            type: Microsoft.ContainerService/managedClusters
            name: shop
            resourceGroup: rg
            properties:
              agentPoolProfiles: [{ name: apps, count: 5 }]
            """);

        Arm.Writes.Single().ShouldContain(" If-Match:\"v1\"");
        var properties = Arm.Document(Shop)!["properties"]!;
        properties["futureField"]!.GetValue<int>().ShouldBe(7);
        properties["agentPoolProfiles"]!.ToJsonString().ShouldBe("""[{"name":"apps","count":5,"vmSize":"size-4"},{"name":"batch","count":9}]""");
    }

    [Fact]
    public async Task Apply_AnotherKindOfSchedule_TakesThePlaceOfTheOldOne()
    {
        await ApplyAsync(ShopYaml);

        await ApplyAsync(ShopYaml.Replace("weekly: { intervalWeeks: 1, dayOfWeek: Saturday }", "daily: { intervalDays: 2 }", StringComparison.Ordinal));

        Arm.Document(Window)!["properties"]!["maintenanceWindow"]!["schedule"]!.ToJsonString().ShouldBe("""{"daily":{"intervalDays":2}}""");
    }

    [Fact]
    public async Task Yaml_ValuesThatLookLikeNumbers_AreTextWhereTheApiWantsText()
    {
        await ApplyAsync(ShopYaml);

        var document = Arm.Document(Shop)!;
        document["properties"]!["kubernetesVersion"]!.ToJsonString().ShouldBe("\"1.30\"");
        document["properties"]!["agentPoolProfiles"]![0]!["upgradeSettings"]!["maxSurge"]!.ToJsonString().ShouldBe("\"1\"");
        document["tags"]!["version"]!.ToJsonString().ShouldBe("\"1.30\"");
        Arm.Document(Window)!["properties"]!["maintenanceWindow"]!["startTime"]!.ToJsonString().ShouldBe("\"22:00\"");
    }

    [Fact]
    public async Task Apply_SeveralProblems_AreAllSaidBeforeAnythingIsWritten()
    {
        var run = await RunAsync($"""
            {ShopYaml.Replace("durationHours: 6", "durationHours: 2", StringComparison.Ordinal)}
            ---
            type: Microsoft.Compute/virtualMachines
            name: x
            ---
            type: Microsoft.ContainerService/managedClusters
            name: second
            resourceGroup: rg
            propertys: 1
            properties:
              autoUpgradeProfile:
                nodeOSUpgradeChannel: Bogus
              agentPoolProfiles:
                - name: apps
                  count: many
            """);

        run.ExitCode.ShouldBe(ExitCode.Failed);
        run.Error.ShouldContain("Nothing was written. 5 problems:");
        run.Error.ShouldContain("(maintenance configuration rg/shop/aksManagedNodeOSUpgradeSchedule): properties.maintenanceWindow.durationHours: 2 is out of range");
        run.Error.ShouldContain("(cluster rg/second): properties.autoUpgradeProfile.nodeOSUpgradeChannel: 'Bogus' is not known.");
        run.Error.ShouldContain("(cluster rg/second): properties.agentPoolProfiles[0].count: ");
        run.Error.ShouldContain("type 'Microsoft.Compute/virtualMachines' is not known.");
        run.Error.ShouldContain("(cluster rg/second): 'propertys' is not known here. Allowed are location, tags, sku,");
        Arm.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Apply_IntoAGroupThatIsNowhere_IsRefusedBeforeAnythingIsWritten()
    {
        var run = await RunAsync("""
            type: Microsoft.ContainerService/managedClusters
            name: shop
            resourceGroup: nowhere
            """);

        run.ShouldFail(ExitCode.Failed, "2 problems", "'location' is missing; a new cluster needs one.", "there is no group nowhere, neither on the server nor in the file.");
        Arm.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Apply_WhatLiesInSomethingThatFailed_IsSkipped()
    {
        Arm.OperationError = new JsonObject { ["code"] = "QuotaExceeded", ["message"] = "Too many nodes." };

        var run = await RunAsync(ShopYaml);

        run.ExitCode.ShouldBe(ExitCode.Failed);
        run.Out.ShouldEndWith("1 created, 1 failed, 1 skipped.\n");
        run.Error.ShouldContain("imago: cluster rg/shop: Creating cluster rg/shop ended as Failed: (QuotaExceeded) Too many nodes.\n");
        Arm.Document(Window).ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "EV-84")]
    public async Task Apply_WhileSomebodyElseChangesIt_ComparesAgain()
    {
        await ApplyAsync(ShopYaml);
        Arm.Forget();
        Arm.FailWrite(412, "PreconditionFailed");

        (await ApplyAsync(ShopYaml.Replace("count: 3", "count: 4", StringComparison.Ordinal))).ShouldEndWith("1 updated, 2 unchanged.\n");
        Arm.Writes.Length.ShouldBe(2);
    }

    [Fact]
    public async Task Apply_WhatTheServerPrinted_ChangesNothing()
    {
        await ApplyAsync(ShopYaml);
        var printed = await _client.OkAsync("cluster", "show", "shop", "-g", "rg", "--output", "json");
        Arm.Forget();

        (await _client.OkAsync("apply", "-f", _client.Write("printed.json", printed))).ShouldBe("= cluster rg/shop: unchanged\n1 unchanged.\n");
    }

    [Fact]
    public async Task Json_OfAnApply_HasTheMembersThatArePromised()
    {
        var json = (await _client.RunAsync("apply", "-f", _client.Write("shop.yaml", ShopYaml), "--output", "json")).Json;

        json.EnumerateObject().Select(p => p.Name).ShouldBe(["dryRun", "resources"]);
        json.GetProperty("resources")[1].EnumerateObject().Select(p => p.Name).ShouldBe(["id", "change", "outcome", "error", "differences"]);
        json.GetProperty("resources")[1].GetProperty("outcome").GetString().ShouldBe("Applied");
        json.GetProperty("resources")[1].GetProperty("differences")[0].EnumerateObject().Select(p => p.Name).ShouldBe(["path", "from", "to"]);
    }

    [Theory]
    [InlineData("b: 1\na: [1", ", line ")]
    [InlineData("a: 1\na: 2", "Duplicate key")]
    [InlineData("{\"a\":1,\"a\":2}", "is not JSON")]
    [InlineData("- 1", "a document is an object with 'type', 'name' and 'properties'")]
    [InlineData("name: x", "'type' is missing")]
    [InlineData("type: Microsoft.ContainerService/managedClusters/agentPools\nname: apps", "A pool is named 'cluster/name', or stands in its cluster.")]
    [InlineData("type: Microsoft.ContainerService/managedClusters\nname: shop", "'resourceGroup' is missing")]
    [InlineData("id: /subscriptions/s/x", "is no id of a resource that can be applied")]
    [InlineData("type: Microsoft.Resources/resourceGroups\nname: a\n---\ntype: Microsoft.Resources/resourceGroups\nname: A", "is there twice. Keep one of them.")]
    [InlineData("# nothing", "There is no document in what was given.")]
    [InlineData("a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]", "is too large or too deep")]
    public async Task File_ThatMakesNoSense_IsRefused(string text, string why)
    {
        (await RunAsync(text)).ShouldFail(ExitCode.Failed, why);
        Arm.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Folder_OfFiles_IsReadAsOne()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_client.Folder, "clusters")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "b.yaml"), ShopYaml.Split("---")[0], TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "z.json"), """[{"type":"Microsoft.Resources/resourceGroups","name":"rg","location":"north-1"}]""", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "README.md"), "not one of them", TestContext.Current.CancellationToken);

        (await _client.OkAsync("apply", "-f", folder)).ShouldEndWith("3 created.\n");
    }

    private Task<CommandRun> RunAsync(string text) => _client.RunAsync("apply", "-f", _client.Write("shop.yaml", text));

    private async Task<string> ApplyAsync(string text)
    {
        var run = await RunAsync(text);
        run.ExitCode.ShouldBe(ExitCode.Ok, run.Error);
        return run.Out;
    }
}

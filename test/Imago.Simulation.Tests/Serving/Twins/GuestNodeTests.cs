using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using Imago.Simulation.Serving.Pictures;
using Imago.Simulation.Serving.Twins;
using Imago.Simulation.Tests.Serving.Kit;
using Imago.Simulation.Tests.Serving.Twins.Kit;
using NodaTime;

namespace Imago.Simulation.Tests.Serving.Twins;

/// <summary>Machines that clients register as nodes.</summary>
public sealed class GuestNodeTests
{
    private static readonly string[] Unreachable = ["node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"];

    [Fact]
    public async Task Register_InAClusterWithoutMachines_IsTheNodeThatTheClientWrote()
    {
        var server = await TwinServer.StartAsync(nodes: 0);

        var made = await server.CreatedAsync(TwinKind.Nodes, Guests.Node("rack-1", extra: ",\"taints\":[{\"key\":\"new\",\"effect\":\"NoSchedule\"}]"));

        var node = await server.GetAsync(TwinKind.Nodes, "rack-1");
        (await server.ListAsync(TwinKind.Nodes)).Items.Length.ShouldBe(1);
        node.ToJsonString().ShouldBe(made.ToJsonString());
        node["status"]!.ToJsonString().ShouldBe(JsonNode.Parse(Guests.Node("rack-1"))!["status"]!.ToJsonString());
        (node["spec"]!["podCIDR"]!.GetValue<string>(), node["metadata"]!["annotations"]!.ToJsonString()).ShouldBe(("10.1.2.0/24", """{"note":"kept"}"""));
        node.Taints().ShouldBe(["new:NoSchedule"]);
        (await server.TryFindAsync(TwinKind.Leases, "kube-node-lease/rack-1")).ShouldBeNull();
        var seen = (await server.Server.LookAsync()).View.Nodes["rack-1"];
        (seen.Ready, seen.Pool).ShouldBe((true, ""));
    }

    [Fact]
    public async Task Register_WithoutStatus_IsNotReadyUntilTheStatusSaysSo()
    {
        var server = await TwinServer.StartAsync(nodes: 0);
        await server.CreatedAsync(TwinKind.Nodes, """{"metadata":{"name":"rack-1"}}""");
        await server.CreatedAsync(TwinKind.Pods, Manifests.Pod("p"));
        server.Pass(Duration.FromSeconds(20));
        (await server.GetAsync(TwinKind.Nodes, "rack-1")).Taints().ShouldBe(["node.kubernetes.io/not-ready:NoSchedule", "node.kubernetes.io/not-ready:NoExecute"]);
        (await server.GetAsync(TwinKind.Pods, "default/p"))["spec"]!["nodeName"].ShouldBeNull();

        await server.ReportedAsync(TwinKind.Nodes, "rack-1", n => n["status"] = JsonNode.Parse(Guests.Node("rack-1"))!["status"]!.DeepClone());
        server.Pass(Duration.FromSeconds(30));

        (await server.GetAsync(TwinKind.Nodes, "rack-1")).Taints().ShouldBeEmpty();
        var pod = await server.GetAsync(TwinKind.Pods, "default/p");
        (pod["spec"]!["nodeName"]!.GetValue<string>(), pod["status"]!["phase"]!.GetValue<string>()).ShouldBe(("rack-1", "Running"));
    }

    [Fact]
    public async Task Pods_AreScheduledByCapacityTaintAndCordonOfTheGuest()
    {
        var server = await TwinServer.StartAsync(nodes: 0);
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("small", cpu: "100m"));
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("cordoned", extra: ",\"unschedulable\":true"));
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("tainted", extra: ",\"taints\":[{\"key\":\"imago.dev/not-patched\",\"effect\":\"NoSchedule\"}]"));

        await server.CreatedAsync(TwinKind.Deployments, Manifests.Deployment("web", 5));
        server.Pass(Duration.FromSeconds(30));

        // 50m each.
        var pods = await server.PodsAsync("default/web");
        pods.Count(p => p["spec"]!["nodeName"]?.GetValue<string>() is "small").ShouldBe(2);
        pods.Count(p => p["spec"]!["nodeName"] is null).ShouldBe(3);
        await server.EditedAsync(TwinKind.Nodes, "tainted", n => n["spec"]!.AsObject().Remove("taints"));
        server.Pass(Duration.FromSeconds(9));
        (await server.PodsAsync("default/web")).Count(p => p["spec"]!["nodeName"]?.GetValue<string>() is "tainted").ShouldBe(3);
    }

    [Fact]
    public async Task Lease_Renewed_KeepsTheGuestReadyAndSilenceMakesItUnknown()
    {
        var server = await TwinServer.StartAsync(nodes: 0);
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("rack-1"));
        await server.CreatedAsync(TwinKind.Leases, Guests.Lease("rack-1"));
        await server.CreatedAsync(TwinKind.Pods, Manifests.Pod("p"));
        for (var beat = 0; beat < 5; beat++)
        {
            server.Pass(Duration.FromSeconds(39));
            (await server.GetAsync(TwinKind.Nodes, "rack-1")).Condition("Ready").ShouldBe("True");
            await server.RenewedAsync("rack-1");
        }

        server.Pass(Duration.FromSeconds(40));
        var lost = await server.GetAsync(TwinKind.Nodes, "rack-1");

        (lost.Condition("Ready"), lost.Condition("MemoryPressure")).ShouldBe(("Unknown", "Unknown"));
        lost["status"]!["conditions"]![0]!["reason"]!.GetValue<string>().ShouldBe("NodeStatusUnknown");
        lost.Taints().ShouldBe(Unreachable);
        (await server.ListAsync(TwinKind.Events)).Items.Select(e => e.Render()["reason"]!.GetValue<string>()).ShouldContain("NodeNotReady");
        (await server.GetAsync(TwinKind.Pods, "default/p"))["metadata"]!["deletionTimestamp"].ShouldBeNull();

        // 300 s after that its pods are told to go, and stay until somebody takes them down.
        server.Pass(Duration.FromMinutes(6));
        (await server.GetAsync(TwinKind.Pods, "default/p"))["metadata"]!["deletionTimestamp"].ShouldNotBeNull();
        await server.ReportedAsync(TwinKind.Nodes, "rack-1", n => n["status"]!["conditions"]![0]!["status"] = "True");
        server.Pass(Duration.FromSeconds(35));
        (await server.TryFindAsync(TwinKind.Pods, "default/p")).ShouldBeNull();
        (await server.GetAsync(TwinKind.Nodes, "rack-1")).Taints().ShouldBeEmpty();
    }

    [Fact]
    public async Task Status_OfAnotherCondition_IsASignOfLifeButDoesNotMakeAMissedGuestReady()
    {
        var server = await TwinServer.StartAsync(nodes: 0);
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("rack-1"));
        server.Pass(Duration.FromSeconds(41));

        await server.ReportedAsync(TwinKind.Nodes, "rack-1", n => n["status"]!["conditions"]!.AsArray().Add(new JsonObject { ["type"] = "NodeOsPatched", ["status"] = "True" }));

        var node = await server.GetAsync(TwinKind.Nodes, "rack-1");
        (node.Condition("Ready"), node.Condition("NodeOsPatched")).ShouldBe(("Unknown", "True"));
        node.Taints().ShouldBe(Unreachable);
    }

    [Fact]
    public async Task NotReady_SaidByTheKubelet_TakesNoPodsAndStillTakesThemDown()
    {
        var server = await TwinServer.StartAsync(nodes: 0);
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("rack-1"));
        await server.CreatedAsync(TwinKind.Pods, Manifests.Pod("p"));
        server.Pass(Duration.FromSeconds(30));

        var node = await server.ReportedAsync(TwinKind.Nodes, "rack-1", n => n["status"]!["conditions"]![0]!["status"] = "False");

        node.Taints().ShouldBe(["node.kubernetes.io/not-ready:NoSchedule", "node.kubernetes.io/not-ready:NoExecute"]);
        await server.DeleteAsync(TwinKind.Pods, "default/p");
        server.Pass(Duration.FromSeconds(31));
        (await server.TryFindAsync(TwinKind.Pods, "default/p")).ShouldBeNull();
    }

    [Fact]
    public async Task Status_IsNotChangedByAWriteOfTheNodeNorTheSpecByOneOfTheStatus()
    {
        var server = await TwinServer.StartAsync(nodes: 0);
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("rack-1"));

        await server.EditedAsync(TwinKind.Nodes, "rack-1", n =>
        {
            n["metadata"]!["annotations"]!["imago.dev/node-os-order"] = """{"id":"o1"}""";
            n["status"]!["nodeInfo"]!["bootID"] = "other";
        });
        var node = await server.ReportedAsync(TwinKind.Nodes, "rack-1", n =>
        {
            n["metadata"]!["annotations"]!["imago.dev/node-os-report"] = """{"phase":"Applied"}""";
            n["status"]!["nodeInfo"]!["bootID"] = "b-2";
            n["spec"]!["unschedulable"] = true;
        });

        node["metadata"]!["annotations"]!.AsObject().Select(a => a.Key).ShouldBe(["imago.dev/node-os-order", "imago.dev/node-os-report", "note"], ignoreOrder: true);
        (node["status"]!["nodeInfo"]!["bootID"]!.GetValue<string>(), node["spec"]!["unschedulable"]).ShouldBe(("b-2", null));
    }

    [Fact]
    public async Task Drain_OfAGuest_ByEvictions_MovesItsPodsToAnother()
    {
        var server = await TwinServer.StartAsync(nodes: 0);
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("rack-1"));
        await server.CreatedAsync(TwinKind.Deployments, Manifests.Deployment("web", 2));
        await server.CreatedAsync(TwinKind.Budgets, Manifests.Budget("web", "web", "\"maxUnavailable\":1"));
        server.Pass(Duration.FromSeconds(30));
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("rack-2"));
        await server.CreatedAsync(TwinKind.Leases, Guests.Lease("rack-1"));
        await server.CreatedAsync(TwinKind.Leases, Guests.Lease("rack-2"));

        var cordoned = await server.EditedAsync(TwinKind.Nodes, "rack-1", n => n["spec"]!["unschedulable"] = true);
        cordoned.Taints().ShouldBe(["node.kubernetes.io/unschedulable:NoSchedule"]);
        var refused = 0;
        for (var round = 0; round < 20 && (await OnAsync(server, "rack-1")).Length > 0; round++)
        {
            foreach (var pod in await OnAsync(server, "rack-1"))
            {
                refused += (await server.EvictAsync($"default/{pod}")).Refusal is { Code: 429 } ? 1 : 0;
            }

            server.Pass(Duration.FromSeconds(20));
            await server.RenewedAsync("rack-1");
            await server.RenewedAsync("rack-2");
        }

        refused.ShouldBeGreaterThan(0);
        (await OnAsync(server, "rack-1")).ShouldBeEmpty();
        (await OnAsync(server, "rack-2")).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Delete_TakesPodsAndLeaseAlong()
    {
        var server = await TwinServer.StartAsync(nodes: 0);
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("rack-1"));
        await server.CreatedAsync(TwinKind.Leases, Guests.Lease("rack-1"));
        await server.CreatedAsync(TwinKind.Pods, Manifests.Pod("p"));
        server.Pass(Duration.FromSeconds(30));

        TwinServer.Done(await server.DeleteAsync(TwinKind.Nodes, "rack-1"));

        (await server.ListAsync(TwinKind.Nodes)).Items.ShouldBeEmpty();
        (await server.TryFindAsync(TwinKind.Pods, "default/p")).ShouldBeNull();
        (await server.TryFindAsync(TwinKind.Leases, "kube-node-lease/rack-1")).ShouldBeNull();
        server.Pass(Duration.FromMinutes(2));
        (await server.ListAsync(TwinKind.Nodes)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Restart_OfTheServer_KeepsGuestsWhetherReplayedOrReadFromAPicture()
    {
        var server = await TwinServer.StartAsync(nodes: 2);
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("rack-1"));
        await server.CreatedAsync(TwinKind.Leases, Guests.Lease("rack-1"));
        server.Pass(Duration.FromSeconds(10));
        await server.RenewedAsync("rack-1");
        var before = (await server.GetAsync(TwinKind.Nodes, "rack-1")).ToJsonString();

        server.Kill();
        (await server.GetAsync(TwinKind.Nodes, "rack-1")).ToJsonString().ShouldBe(before);
        await using (var cluster = await server.Server.OpenAsync())
        {
            await cluster.AdvanceAsync(Server.Cancellation);
        }

        // A guest that is heard of does not keep the cluster from being put away.
        server.Server.Host.InMemory.ShouldBe(0);
        server.Server.Store.Entries(Server.Key).ShouldBeEmpty();
        server.Server.Store.Snapshot(Server.Key)!.Content.Span[0].ShouldBe((byte)3);
        server.Kill();
        (await server.GetAsync(TwinKind.Nodes, "rack-1")).ToJsonString().ShouldBe(before);
        server.Pass(Duration.FromSeconds(39));
        (await server.GetAsync(TwinKind.Nodes, "rack-1")).Condition("Ready").ShouldBe("True");
        server.Pass(Duration.FromSeconds(1));
        (await server.GetAsync(TwinKind.Nodes, "rack-1")).Condition("Ready").ShouldBe("Unknown");
        (await server.ListAsync(TwinKind.Nodes)).Items.Length.ShouldBe(3);
    }

    [Fact]
    public async Task Picture_OfAClusterWithoutGuests_CanBeReadByAnOlderImago()
    {
        var server = await TwinServer.StartAsync(nodes: 1);

        server.Server.Store.Snapshot(Server.Key)!.Content.Span[0].ShouldBe((byte)2);
        WorldPicture.Restore(server.Server.Store.Snapshot(Server.Key)!.Content, null).World.State.Nodes.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Heartbeats_WithoutEnd_DoNotMakeTheJournalGrowWithoutEnd()
    {
        var server = await TwinServer.StartAsync(nodes: 0);
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("rack-1"));
        await server.CreatedAsync(TwinKind.Leases, Guests.Lease("rack-1"));

        for (var beat = 0; beat < 400; beat++)
        {
            server.Pass(Duration.FromSeconds(10));
            await server.RenewedAsync("rack-1");
            await server.Twins.RestAsync();
        }

        server.Server.Store.Entries(Server.Key).Length.ShouldBeLessThan(110);
        (await server.GetAsync(TwinKind.Nodes, "rack-1")).Condition("Ready").ShouldBe("True");
    }

    [Fact]
    public async Task Watch_TellsRegistrationHeartbeatAndSilence()
    {
        var server = await TwinServer.StartAsync(nodes: 0);
        var from = (await server.ListAsync(TwinKind.Nodes)).ResourceVersion;
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("rack-1"));
        var told = new List<string>();
        await foreach (var news in (await server.TwinAsync()).WatchAsync(TwinKind.Nodes.Kind, from, Server.Cancellation))
        {
            told.AddRange(news.Changes.Select(c => $"{c.Type} {c.Object.Render().Condition("Ready")}"));
            if (told.Count == 1)
            {
                await server.ReportedAsync(TwinKind.Nodes, "rack-1", n => n["status"]!["conditions"]![0]!["lastHeartbeatTime"] = "2026-08-10T00:00:10Z");
            }
            else if (told.Count == 2)
            {
                server.Pass(Duration.FromSeconds(40));
            }
            else
            {
                break;
            }
        }

        told.ShouldBe(["Added True", "Modified True", "Modified Unknown"]);
    }

    [Fact]
    public async Task Cluster_Stopped_DoesNotMissGuestsThatCouldNotReachIt()
    {
        var server = await TwinServer.StartAsync(nodes: 1);
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("rack-1"));
        var shape = Shapes.Of(Shapes.Pool("nodepool1", 1, Imago.Domain.Rollouts.Settings.PoolMode.System));

        await server.Server.SettleAsync(shape with { Running = false });
        server.Pass(Duration.FromHours(1));
        await server.Server.ShapeAsync(shape);
        server.Pass(Duration.FromSeconds(39));

        (await server.GetAsync(TwinKind.Nodes, "rack-1")).Condition("Ready").ShouldBe("True");
        server.Pass(Duration.FromSeconds(1));
        (await server.GetAsync(TwinKind.Nodes, "rack-1")).Condition("Ready").ShouldBe("Unknown");
    }

    [Fact]
    public async Task Scaling_OfThePools_LeavesGuestsAlone()
    {
        var server = await TwinServer.StartAsync(nodes: 3);
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("nodepool1-guest"));

        await server.Server.SettleAsync(Shapes.Of(Shapes.Pool("nodepool1", 1, Imago.Domain.Rollouts.Settings.PoolMode.System, labels: [("a", "b")])));

        (await server.ListAsync(TwinKind.Nodes)).Items.Length.ShouldBe(2);
        (await server.FindAsync(TwinKind.Nodes, "nodepool1-guest")).Labels.ShouldNotContainKey("a");
    }

    [Fact]
    public async Task LivePatchOrder_OnAGuest_IsCarriedOutByNobodyHere()
    {
        var server = await TwinServer.StartAsync(nodes: 0);
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("rack-1"));

        await server.EditedAsync(TwinKind.Nodes, "rack-1", n => n["metadata"]!["annotations"]![NodeAnnotations.LivePatchingGolden] = "20260810T000000Z");
        server.Pass(Duration.FromHours(2));

        var annotations = (await server.GetAsync(TwinKind.Nodes, "rack-1"))["metadata"]!["annotations"]!.AsObject();
        annotations[NodeAnnotations.LivePatchingGolden]!.GetValue<string>().ShouldBe("20260810T000000Z");
        annotations.ShouldNotContainKey(NodeAnnotations.LivePatchingCurrent);
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"a"},"spec":{"taints":[{"key":"","effect":"Never"}]},"status":{"capacity":{"cpu":"four"}}}""", "spec.taints[0].key,spec.taints[0].effect,status.capacity[cpu]")]
    [InlineData("""{"metadata":{"name":"A"}}""", "metadata.name")]
    public async Task Register_WhatIsNoNode_IsInvalidAndSaysAllOfIt(string document, string fields)
    {
        var server = await TwinServer.StartAsync(nodes: 0);

        var refusal = TwinServer.Refused(await server.CreateAsync(TwinKind.Nodes, document));

        refusal.Code.ShouldBe(422);
        string.Join(',', refusal.Causes.Select(c => c.Field)).ShouldBe(fields);
    }

    [Fact]
    public async Task Register_UnderTheNameOfAMachine_IsRefused()
    {
        var server = await TwinServer.StartAsync(nodes: 1);
        var name = (await server.ListAsync(TwinKind.Nodes)).Items[0].Key.Name;
        TwinServer.Done(await server.DeleteAsync(TwinKind.Nodes, name));

        TwinServer.Refused(await server.CreateAsync(TwinKind.Nodes, Guests.Node(name))).Code.ShouldBe(403);
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("rack-1"));
        TwinServer.Refused(await server.CreateAsync(TwinKind.Nodes, Guests.Node("rack-1"))).Reason.ShouldBe("AlreadyExists");
    }

    [Fact]
    public async Task DryRun_OfARegistration_AnswersAndRegistersNothing()
    {
        var server = await TwinServer.StartAsync(nodes: 0);

        (await server.CreateAsync(TwinKind.Nodes, Guests.Node("rack-1"), dryRun: true)).Object.ShouldNotBeNull().Render().Condition("Ready").ShouldBe("True");

        (await server.ListAsync(TwinKind.Nodes)).Items.ShouldBeEmpty();
    }

    private static async Task<string[]> OnAsync(TwinServer server, string node) =>
        [.. (await server.PodsAsync("default/web")).Where(p => p["spec"]!["nodeName"]?.GetValue<string>() == node).Select(p => p["metadata"]!["name"]!.GetValue<string>())];
}

using Imago.Application.Twins;
using Imago.Domain.Rollouts.Events;
using Imago.Simulation.Serving.Twins;
using Imago.Simulation.Tests.Serving.Kit;
using Imago.Simulation.Tests.Serving.Twins.Kit;
using NodaTime;

namespace Imago.Simulation.Tests.Serving.Twins;

/// <summary>Watches, events, leases of the store, replays, and what stays in memory.</summary>
public sealed class TwinWatchTests
{
    [Fact]
    public async Task Watch_FromTheListed_TellsEveryChangeInOrder()
    {
        var server = await TwinServer.StartAsync();
        var from = (await server.ListAsync(TwinKind.Pods)).ResourceVersion;
        await server.CreatedAsync(TwinKind.Pods, Manifests.Pod("bare"));
        await server.ListAsync(TwinKind.Pods);
        server.Pass(Duration.FromMinutes(1));
        await server.ListAsync(TwinKind.Pods);
        var last = await server.FindAsync(TwinKind.Pods, "default/bare");
        await server.DeleteAsync(TwinKind.Pods, "default/bare", new DeletionAsked(GracePeriod: 0));

        var changes = await ChangesAsync(server, TwinKind.Pods, from, c => c.Type == TwinChangeType.Deleted);

        var own = changes.Where(c => c.Object.Key.Name == "bare").ToList();
        own[0].Type.ShouldBe(TwinChangeType.Added);
        own[^1].Type.ShouldBe(TwinChangeType.Deleted);
        own[^1].Object.Uid.ShouldBe(last.Uid);
        own[^1].Object.ResourceVersion.ShouldBeGreaterThan(last.ResourceVersion);
        own[^1].Object.Render()["status"]!["phase"]!.GetValue<string>().ShouldBe("Running");
        changes.Select(c => c.Object.ResourceVersion).ShouldBeInOrder();
    }

    [Fact]
    public async Task Watch_WhileSomebodyElseWrites_IsToldAtOnce()
    {
        var server = await TwinServer.StartAsync();
        var from = (await server.ListAsync(TwinKind.Nodes)).ResourceVersion;
        var waiting = ChangesAsync(server, TwinKind.Nodes, from, c => c.Object.Labels.ContainsKey("disk"));

        await server.EditedAsync(TwinKind.Nodes, (await server.ListAsync(TwinKind.Nodes)).Items[0].Key.Name, n => n["metadata"]!["labels"]!["disk"] = "ssd");

        (await waiting.WaitAsync(TimeSpan.FromSeconds(10), TwinServer.Cancellation))[^1].Before.ShouldNotBeNull().Labels.ShouldNotContainKey("disk");
    }

    [Fact]
    public async Task Watch_FromBeforeTheServerWasStarted_IsGone()
    {
        var server = await TwinServer.StartAsync();
        var from = (await server.ListAsync(TwinKind.ConfigMaps)).ResourceVersion;
        await server.CreatedAsync(TwinKind.ConfigMaps, Manifests.Named("ConfigMap", "a"));
        server.Kill();

        await Should.ThrowAsync<TwinHistoryGoneException>(() => ChangesAsync(server, TwinKind.ConfigMaps, from, _ => true));
    }

    [Fact]
    public async Task Watch_FromTheVersionThatTheServerWasStartedAt_GoesOn()
    {
        var server = await TwinServer.StartAsync();
        var from = (await server.ListAsync(TwinKind.ConfigMaps)).ResourceVersion;
        server.Kill();
        await server.ListAsync(TwinKind.ConfigMaps);
        await server.CreatedAsync(TwinKind.ConfigMaps, Manifests.Named("ConfigMap", "a"));

        (await ChangesAsync(server, TwinKind.ConfigMaps, from, _ => true)).ShouldHaveSingleItem().Object.Key.Name.ShouldBe("a");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Writes_WithTheServerKilledAfterEach_LeaveTheSameDocumentsAndVersions(int seed)
    {
        var calm = await StoryAsync(kills: false, seed);
        var killed = await StoryAsync(kills: true, seed);

        killed.Length.ShouldBe(calm.Length);
        for (var i = 0; i < calm.Length; i++)
        {
            killed[i].ShouldBe(calm[i]);
        }
    }

    [Fact]
    [Trait("Rule", "UP-130")]
    [Trait("Rule", "UP-136")]
    public async Task Events_OfUpgrades_AreKeptOneHourAndToldOnce()
    {
        var server = await TwinServer.StartAsync();
        var node = (await server.ListAsync(TwinKind.Nodes)).Items[0];
        for (var i = 0; i < 2; i++)
        {
            await using var cluster = await server.Server.OpenAsync();
            await cluster.Connection.TellAsync([new ClusterEvent("r1/drain", node.Key.Name, "Drain", IsWarning: false, $"Draining node: {node.Key.Name}")], Server.Cancellation);
            server.Kill();
        }

        var told = (await server.ListAsync(TwinKind.Events)).Items.Select(e => e.Render()).Single(e => e["source"]!["component"]!.GetValue<string>() == "upgrader");

        // As kubelets do it: a reimaged node has another UID, and `kubectl describe node` has to go on telling its story.
        told["involvedObject"]!["uid"]!.GetValue<string>().ShouldBe(node.Key.Name);
        told["metadata"]!["namespace"]!.GetValue<string>().ShouldBe("default");
        (told["reason"]!.GetValue<string>(), told["type"]!.GetValue<string>()).ShouldBe(("Drain", "Normal"));
        server.Pass(Duration.FromMinutes(59));
        (await server.ListAsync(TwinKind.Events)).Items.ShouldContain(e => e.Key.Name == told["metadata"]!["name"]!.GetValue<string>());
        server.Pass(Duration.FromMinutes(2));
        (await server.ListAsync(TwinKind.Events)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Write_WhileAnotherReplicaHoldsTheCluster_IsRefusedUntilItLetsGo()
    {
        var server = await TwinServer.StartAsync();
        server.Pass(Duration.FromMinutes(2));
        await server.Server.Store.HoldLeaseAsync(Server.Key, "another", server.Server.Clock.Now, Duration.FromSeconds(60), Server.Cancellation);

        var refusal = TwinServer.Refused(await server.CreateAsync(TwinKind.ConfigMaps, Manifests.Named("ConfigMap", "a")));

        (refusal.Code, refusal.Reason, refusal.RetryAfter).ShouldBe((503, "ServiceUnavailable", 1));
        (await server.ListAsync(TwinKind.Nodes)).Items.Length.ShouldBe(3);
        server.Pass(Duration.FromMinutes(2));
        await server.CreatedAsync(TwinKind.ConfigMaps, Manifests.Named("ConfigMap", "a"));
    }

    [Fact]
    public async Task Read_WhileAnotherReplicaWrites_SeesItsWrites()
    {
        var server = await TwinServer.StartAsync();
        await server.ListAsync(TwinKind.ConfigMaps);
        server.Pass(Duration.FromMinutes(2));
        var other = new Server(server.Server.Store, holder: "b", clock: server.Server.Clock);
        await using var twins = new SimulatedTwins(other.Host, other.Store, new Imago.Application.Engine.EngineOptions { Holder = "b" }, server, other.Clock);
        var theirs = (await twins.FindAsync(Server.Key, Server.Cancellation)).ShouldNotBeNull();

        TwinServer.Done(await theirs.CreateAsync(TwinKind.ConfigMaps.Kind, System.Text.Json.Nodes.JsonNode.Parse(Manifests.Named("ConfigMap", "a"))!.AsObject(), dryRun: false, Server.Cancellation));
        server.Pass(Duration.FromSeconds(1));

        (await server.ListAsync(TwinKind.ConfigMaps)).Items.ShouldHaveSingleItem().Key.Name.ShouldBe("a");
    }

    [Theory]
    [InlineData("NodeImage", 1)]
    [InlineData("None", 0)]
    public async Task Write_ThatUpgradesCareFor_NudgesTheEngineIfTheClusterHasAChannel(string channel, int nudges)
    {
        var server = await TwinServer.StartAsync(channel: channel);

        await server.CreatedAsync(TwinKind.Pods, Manifests.Pod("bare"));
        await server.CreatedAsync(TwinKind.ConfigMaps, Manifests.Named("ConfigMap", "a"));

        server.Nudged.Count.ShouldBe(nudges);
    }

    [Fact]
    public async Task Twin_ThatNobodyUses_IsPutAway()
    {
        var server = await TwinServer.StartAsync();
        await server.CreatedAsync(TwinKind.ConfigMaps, Manifests.Named("ConfigMap", "a"));
        await server.CreatedAsync(TwinKind.Deployments, Manifests.Deployment("web", 2));
        (server.Twins.InMemory, server.Server.Host.InMemory).ShouldBe((1, 1));

        server.Pass(Duration.FromMinutes(1));
        await server.Twins.RestAsync();

        (server.Twins.InMemory, server.Server.Host.InMemory).ShouldBe((0, 0));
        server.Server.Store.Entries(Server.Key).ShouldBeEmpty();
        (await server.GetAsync(TwinKind.ConfigMaps, "default/a"))["data"]!["a"]!.GetValue<string>().ShouldBe("1");
    }

    // Everything that clients can do, with time passing in between; what is left in the end.
    private static async Task<string[]> StoryAsync(bool kills, int seed)
    {
        var server = await TwinServer.StartAsync();
        var draw = new Seed((ulong)seed);
        Func<Task>[] steps =
        [
            () => server.CreateAsync(TwinKind.Deployments, Manifests.Deployment("web", 3)),
            () => server.CreateAsync(TwinKind.Budgets, Manifests.Budget("web", "web", "\"maxUnavailable\":1")),
            () => server.CreateAsync(TwinKind.StatefulSets, Manifests.Controller("StatefulSet", "db", 2)),
            () => server.CreateAsync(TwinKind.Namespaces, Manifests.Namespace("team")),
            () => server.CreateAsync(TwinKind.Pods, Manifests.Pod("bare", "team")),
            () => server.ScaleAsync(TwinKind.Deployments, "default/web", 4),
            async () => await server.EditAsync(TwinKind.Nodes, (await server.ListAsync(TwinKind.Nodes)).Items[0].Key.Name, n => n["spec"]!["unschedulable"] = true),
            () => server.EditAsync(TwinKind.Deployments, "default/web", d => d["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "registry.example/app:2"),
            async () => await server.EvictAsync($"default/{(await server.PodsAsync("default/web-"))[0]["metadata"]!["name"]}"),
            () => server.EditAsync(TwinKind.Budgets, "default/web", b => b["metadata"]!["annotations"] = new System.Text.Json.Nodes.JsonObject { ["a"] = "b" }),
            async () => await server.DeleteAsync(TwinKind.Nodes, (await server.ListAsync(TwinKind.Nodes)).Items[1].Key.Name),
            () => server.EditAsync(TwinKind.StatefulSets, "default/db", d => d["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "registry.example/app:2"),
            () => server.DeleteAsync(TwinKind.Namespaces, "team"),
            () => server.DeleteAsync(TwinKind.Deployments, "default/web", new DeletionAsked(GracePeriod: 3)),
        ];
        foreach (var step in steps)
        {
            await step();
            draw = draw.Next;
            server.Pass(Duration.FromMilliseconds(draw.Below(60_000)));
            if (kills)
            {
                server.Kill();
            }
        }

        server.Pass(Duration.FromMinutes(10));
        var all = new List<string>();
        foreach (var kind in TwinKind.All)
        {
            all.AddRange((await server.ListAsync(kind)).Items.Select(i => i.Render().ToJsonString()));
        }

        return [.. all];
    }

    private static async Task<List<TwinChange>> ChangesAsync(TwinServer server, TwinKind kind, long from, Func<TwinChange, bool> isLast)
    {
        var changes = new List<TwinChange>();
        await foreach (var news in (await server.TwinAsync()).WatchAsync(kind.Kind, from, TwinServer.Cancellation))
        {
            changes.AddRange(news.Changes);
            if (news.Changes.Any(isLast))
            {
                return changes;
            }
        }

        return changes;
    }
}

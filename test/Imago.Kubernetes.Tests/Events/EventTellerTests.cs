using System.Collections.Immutable;
using Imago.Domain.Rollouts.Events;
using Imago.Kubernetes.Events;
using Imago.Kubernetes.Tests.Clusters.Kit;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Events;

public sealed class EventTellerTests
{
    private static readonly ClusterEvent Drain = new("n1.abc", "n1", "Drain", IsWarning: false, "Draining node: n1");

    [Fact]
    [Trait("Rule", "UP-131")]
    [Trait("Rule", "UP-136")]
    public async Task Tell_ALine_IsAnEventAsTheServiceWritesIt()
    {
        await using var api = await MiniApi.StartAsync();
        await TellAsync(api, Drain);

        var told = api.Find("events", "default", "n1.abc")!;
        told["source"]!["component"]!.GetValue<string>().ShouldBe("upgrader");
        (told["type"]!.GetValue<string>(), told["reason"]!.GetValue<string>(), told["message"]!.GetValue<string>()).ShouldBe(("Normal", "Drain", "Draining node: n1"));
        (told["involvedObject"]!["kind"]!.GetValue<string>(), told["involvedObject"]!["name"]!.GetValue<string>(), told["involvedObject"]!["uid"]!.GetValue<string>()).ShouldBe(("Node", "n1", "n1"));
        told["count"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    [Trait("Rule", "UP-135")]
    public async Task Tell_LongWarning_IsCutToWhatTheApiTakes()
    {
        await using var api = await MiniApi.StartAsync();
        await TellAsync(api, Drain with { IsWarning = true, Message = new string('x', 5000) });

        var told = api.Find("events", "default", "n1.abc")!;
        told["type"]!.GetValue<string>().ShouldBe("Warning");
        told["message"]!.GetValue<string>().Length.ShouldBe(1024);
    }

    [Fact]
    [Trait("Rule", "UP-136")]
    public async Task Tell_Twice_IsOneEventAndNothingIsLost()
    {
        await using var api = await MiniApi.StartAsync();
        (await TellAsync(api, Drain, Drain)).ShouldBe(0);

        api.All("events").Count.ShouldBe(1);
    }

    [Fact]
    [Trait("Rule", "UP-136")]
    public async Task Tell_ClusterRefuses_IsCountedAndForgotten()
    {
        await using var api = await MiniApi.StartAsync();
        api.Fault = _ => 403;

        (await TellAsync(api, Drain, Drain with { Id = "n1.def" })).ShouldBe(2);
        api.All("events").ShouldBeEmpty();
    }

    private static async Task<long> TellAsync(MiniApi api, params ImmutableArray<ClusterEvent> events)
    {
        using var client = api.Connect();
        var teller = new EventTeller(client, new WallClock(), "c", NullLogger.Instance);
        teller.Tell(events);
        await teller.DisposeAsync();
        return teller.Lost;
    }
}

using System.Collections.Immutable;
using System.Text.Json;
using Imago.Application.Catalog;
using Imago.Application.Engine;
using Imago.Application.Storage;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Serving;
using Imago.Simulation.Serving.Twins;
using Imago.Simulation.Tests.Kit;
using Imago.Simulation.Tests.Serving.Kit;
using Imago.Simulation.Tests.Serving.Twins.Kit;
using NodaTime;

namespace Imago.Simulation.Tests.Serving;

public sealed class ServedForecastTests
{
    [Fact]
    public async Task Forecast_NewImage_SaysWhenEachNodeMoves()
    {
        var json = await AskAsync(new ForecastQuestion(null, null, null));

        json.GetProperty("summary").GetProperty("upgraded").GetInt32().ShouldBe(3);
        json.GetProperty("summary").GetProperty("evictions").GetInt32().ShouldBeGreaterThan(0);
        json.GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("to").GetString()).ShouldAllBe(t => t == Blue.NewImage);
    }

    [Fact]
    public async Task Forecast_ImageThatIsNotReleased_IsForecastAsIfItWere()
    {
        var json = await AskAsync(new ForecastQuestion(null, "202611.20.0", null));

        json.GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("to").GetString()).ShouldAllBe(t => t == "AKSUbuntu-2204gen2containerd-202611.20.0");
        json.GetProperty("summary").GetProperty("upgraded").GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task Forecast_PatchLevel_IsReachedAlive()
    {
        PatchLevel.TryParse("20261120T000000Z", out var level).ShouldBeTrue();
        var json = await AskAsync(new ForecastQuestion(null, null, level), NodeOsChannel.SecurityPatch);

        json.GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("to").GetString()).ShouldAllBe(t => t == "20261120T000000Z");
        json.GetProperty("summary").GetProperty("evictions").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Forecast_ShortHorizon_LeavesNodesPending() =>
        (await AskAsync(new ForecastQuestion(Duration.FromMinutes(5), null, null))).GetProperty("summary").GetProperty("pending").GetInt32().ShouldBeGreaterThan(0);

    [Theory]
    [InlineData("x.y", null, 1, "'x.y' is neither an image nor a version of a family")]
    [InlineData("202611.20.0", "20261120T000000Z", 1, "one run has one target")]
    [InlineData(null, "20261120T000000Z", 1, "takes images, not patch levels")]
    [InlineData(null, null, 0, "more than 0 and at most 366")]
    [InlineData(null, null, 400, "The horizon is 400 days")]
    public async Task Forecast_BadQuestion_SaysWhatIsAllowed(string? image, string? level, int days, string says)
    {
        PatchLevel? asked = PatchLevel.TryParse(level, out var read) ? read : null;
        var answer = await AnswerAsync(new ForecastQuestion(Duration.FromDays(days), image, asked), NodeOsChannel.NodeImage, new Server());

        answer!.Json.ShouldBeNull();
        answer.Refusal.ShouldNotBeNull().ShouldContain(says);
    }

    [Fact]
    public async Task Forecast_ClusterWithoutNodes_IsNone()
    {
        var server = new Server();
        var forecasts = new ServedForecasts(server.Host, server.Store, new OnePool(NodeOsChannel.NodeImage), new Known(), server.Clock);
        (await forecasts.ForecastAsync(Server.Key, new ForecastQuestion(null, null, null), Server.Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Forecast_ClusterThatIsServed_StaysAsItIs()
    {
        var server = new Server();
        await server.SettleAsync(Shapes.Three);
        var before = server.Store.Commits;
        await AnswerAsync(new ForecastQuestion(null, null, null), NodeOsChannel.NodeImage, server);

        server.Store.Commits.ShouldBe(before);
        (await server.LookAsync()).View.Nodes.Values.ShouldAllBe(n => n.Image.Text == Blue.OldImage);
    }

    [Fact]
    public async Task Forecast_WithAGuest_IsOfTheClustersOwnNodesAndSaysSo()
    {
        var server = await TwinServer.StartAsync();
        await server.CreatedAsync(TwinKind.Nodes, Guests.Node("rack-1"));

        var answer = await AnswerAsync(new ForecastQuestion(null, null, null), NodeOsChannel.NodeImage, server.Server);

        var json = JsonDocument.Parse(answer!.Json.ShouldNotBeNull()).RootElement;
        json.GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("pool").GetString()).ShouldBe(["nodepool1", "nodepool1", "nodepool1"]);
        json.GetProperty("summary").GetProperty("failed").GetInt32().ShouldBe(0);
        answer.Json.ShouldContain("'rack-1' was registered by a client and belongs to no pool of the cluster");
    }

    private static async Task<JsonElement> AskAsync(ForecastQuestion question, NodeOsChannel channel = NodeOsChannel.NodeImage)
    {
        var answer = await AnswerAsync(question, channel, new Server());
        answer!.Refusal.ShouldBeNull();
        return JsonDocument.Parse(answer.Json!).RootElement;
    }

    private static async Task<ForecastAnswer?> AnswerAsync(ForecastQuestion question, NodeOsChannel channel, Server server)
    {
        await server.SettleAsync(Shapes.Three);
        server.Store.Resources[Server.Key] = new()
        {
            Key = Server.Key,
            Id = Server.Key,
            Type = "Microsoft.ContainerService/managedClusters",
            ParentKey = "",
            ClusterKey = Server.Key,
            Document = "{}",
            CreatedAt = Run.Start,
            ChangedAt = Run.Start,
        };
        return await new ServedForecasts(server.Host, server.Store, new OnePool(channel), new Known(), server.Clock).ForecastAsync(Server.Key, question, Server.Cancellation);
    }

    private sealed class OnePool(NodeOsChannel channel) : IIntentReader
    {
        public ClusterIntent Read(ImmutableArray<StoredResource> resources, Instant now)
        {
            var pool = Shapes.Pool("nodepool1", 3, PoolMode.System).Intent;
            return new ClusterIntent(new ClusterSpec { Name = "c", Channel = channel, Pools = [pool.Spec] }, [pool], "northeurope");
        }
    }

    private sealed class Known : ICatalogSource
    {
        public ReleaseCatalog Current { get; } = ReleaseCatalog.Of([new ImageRelease(NodeImage.Parse(Blue.NewImage), Instant.FromUtc(2026, 8, 7, 0, 0))], []);

        public ValueTask RefreshAsync(CancellationToken cancellation) => ValueTask.CompletedTask;
    }
}

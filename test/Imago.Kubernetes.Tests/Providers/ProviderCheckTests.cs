using Imago.Application.Attachments;
using Imago.Kubernetes.Providers.Checking;
using Imago.Kubernetes.Tests.Providers.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Providers;

/// <summary>The conformance check against a good provider, and against each mistake.</summary>
[Trait("Rule", "UP-80")]
public sealed class ProviderCheckTests
{
    private static readonly ProviderProbe Probe = new() { Pool = "apps", Node = "n1", Image = Served.Image };

    private readonly ScriptedProvider _world = new();

    [Fact]
    public async Task Check_Conforming_FindsNoProblemAndTouchesNothing()
    {
        await using var served = await Served.StartAsync(_world);

        var findings = await FindAsync(served, Probe);

        findings.ShouldAllBe(f => f.Level == FindingLevel.Good || f.Code == "ProviderLimits");
        findings.Select(f => f.Code).ShouldBe(
            ["ProviderReachable", "ProviderClock", "ProviderVerbs", "ProviderLimits", "ProviderAuthentication", "ProviderUnknownOperation", "ProviderStaleEpoch", "ProviderInvalidRequest", "ProviderDryRun"]);
        _world.Begun.ShouldBeEmpty();
    }

    [Fact]
    public async Task Check_WithoutANode_TriesNoReimage()
    {
        await using var served = await Served.StartAsync(_world);

        (await FindAsync(served, new ProviderProbe())).Single(f => f.Code == "ProviderDryRun").Level.ShouldBe(FindingLevel.Note);
    }

    [Fact]
    public async Task Check_NobodyThere_IsOneFinding()
    {
        var served = await Served.StartAsync(_world);
        var endpoint = served.Server.Endpoint;
        await served.DisposeAsync();
        using var check = new ProviderCheck(new ProviderAccess("external", endpoint, "t", null), Probe, new WorldClock(Served.Now), Served.Quick);

        var finding = (await check.RunAsync(default)).ShouldHaveSingleItem();

        (finding.Code, finding.Level).ShouldBe(("ProviderReachable", FindingLevel.Problem));
        finding.Message.ShouldContain("could not be answered");
    }

    [Fact]
    public async Task Check_ClockAnHourAhead_IsNoted()
    {
        await using var served = await Served.StartAsync(_world, theirs: new WorldClock(Served.Now + Duration.FromHours(1)));

        var clock = (await FindAsync(served, Probe)).Single(f => f.Code == "ProviderClock");

        (clock.Level, clock.Message).ShouldBe((FindingLevel.Note, "Its clock is 3600 seconds ahead. Imago makes up for it."));
    }

    [Theory]
    [InlineData("""{"protocol":1,"name":"x","version":"1","verbs":["Create","Delete"],"retentionDays":7}""", "ProviderVerbs", FindingLevel.Problem)]
    [InlineData("""{"protocol":1,"name":"x","version":"1","verbs":["Reimage"],"retentionDays":7}""", "ProviderVerbs", FindingLevel.Warning)]
    [InlineData("""{"protocol":1,"name":"x","version":"1","verbs":["Reimage"],"retentionDays":1}""", "ProviderRetention", FindingLevel.Problem)]
    [InlineData("""{"protocol":1,"name":"x","version":"1","verbs":["Reimage"],"retentionDays":7,"namesNodes":true}""", "ProviderNames", FindingLevel.Problem)]
    [InlineData("""{"protocol":1,"name":"x","version":"1","verbs":["Reimage"],"retentionDays":7}""", "ProviderDryRun", FindingLevel.Warning)]
    [InlineData("""{"protocol":2,"name":"x","version":"1","verbs":[]}""", "ProviderReachable", FindingLevel.Problem)]
    [InlineData("""{"name":"x"}""", "ProviderReachable", FindingLevel.Problem)]
    public async Task Check_Claims_AreJudged(string claims, string code, FindingLevel level)
    {
        await using var served = await Served.StartAsync(_world, (context, next) => context.Request.Path.Value!.EndsWith("/v1/", StringComparison.Ordinal)
            ? ExternalProviderTests.AnswerAsync(context, 200, claims, "application/json")
            : next());

        (await FindAsync(served, Probe)).Single(f => f.Code == code).Level.ShouldBe(level);
    }

    [Fact]
    public async Task Check_OpenToEverybody_IsAProblem()
    {
        await using var served = await Served.StartAsync(_world, (context, next) =>
        {
            context.Request.Headers.Authorization = $"Bearer {Served.Token}";
            return next();
        });

        (await FindAsync(served, Probe)).Single(f => f.Code == "ProviderAuthentication").Message.ShouldContain("everybody who reaches it may delete nodes");
    }

    [Theory]
    [InlineData("GET", "unknown", 200, "{}", "ProviderUnknownOperation")]
    [InlineData("GET", "unknown", 404, "nothing here", "ProviderUnknownOperation")]
    [InlineData("PUT", "stale", 200, "{}", "ProviderStaleEpoch")]
    [InlineData("PUT", "stale", 409, "{}", "ProviderStaleEpoch")]
    [InlineData("PUT", "invalid", 200, "{}", "ProviderInvalidRequest")]
    [InlineData("PUT", "dry-run", 501, "{}", "ProviderDryRun")]
    [InlineData("PUT", "dry-run", 200, "{", "ProviderDryRun")]
    [InlineData("PUT", "dry-run", 200, """{"state":"Failed","error":{"code":"NodeNotFound","message":"no such node"}}""", "ProviderDryRun")]
    [InlineData("GET", "dry-run", 200, "{}", "ProviderDryRun")]
    public async Task Check_AnswerThatDoesNotConform_IsAProblem(string method, string operation, int status, string body, string code)
    {
        await using var served = await Served.StartAsync(_world, (context, next) => context.Request.Method == method && context.Request.Path.Value!.Contains($"imago-check-{operation}", StringComparison.Ordinal)
            ? ExternalProviderTests.AnswerAsync(context, status, body, "application/json")
            : next());

        var findings = await FindAsync(served, Probe);

        findings.Where(f => f.Level == FindingLevel.Problem).ShouldHaveSingleItem().Code.ShouldBe(code);
        _world.Begun.ShouldBeEmpty();
    }

    [Fact]
    public async Task Check_ClusterUnderWork_IsLeftAlone()
    {
        await using var served = await Served.StartAsync(_world);
        await served.Client.BeginAsync(Served.Ask(epoch: 7), default);

        var findings = await FindAsync(served, Probe with { Cluster = Served.Cluster });

        findings.Single(f => f.Code == "ProviderDryRun").Level.ShouldBe(FindingLevel.Note);
        (await served.Client.BeginAsync(Served.Ask("later/n2/Reimage", node: "n2", epoch: 7), default)).Code.ShouldBeNull("the check must not have raised the epoch");
    }

    private static async Task<IReadOnlyList<Finding>> FindAsync(Served served, ProviderProbe probe)
    {
        using var check = new ProviderCheck(new ProviderAccess("external", served.Server.Endpoint, Served.Token, null), probe, new WorldClock(Served.Now), Served.Quick);
        return await check.RunAsync(default);
    }
}

using System.Net;
using Imago.Application.Storage;
using Imago.Server.Hosting;
using Imago.Server.Shards;
using Microsoft.Extensions.DependencyInjection;
using Quartz;
using Shouldly;
using Xunit;

namespace Imago.Server.Tests.Hosting;

public sealed class ReadinessTests
{
    [Fact]
    public async Task Problems_StoreAnswersAndEngineWorks_AreNone()
    {
        var readiness = new Readiness(_ => ValueTask.CompletedTask, _ => ValueTask.FromResult<string?>(null));
        readiness.Started();

        (await readiness.ProblemsAsync(default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Problems_BeforeTheStart_AreAllNamed()
    {
        var readiness = new Readiness(_ => throw new StoreUnavailableException("gone"), _ => ValueTask.FromResult<string?>(null));

        (await readiness.ProblemsAsync(default)).ShouldBe(["The store does not answer.", "The engine has not started yet."]);
    }

    [Fact]
    public async Task Problems_EngineFails_AreNamedWithoutItsInsides()
    {
        var readiness = new Readiness(_ => ValueTask.CompletedTask, _ => throw new SchedulerException("password=secret"));
        readiness.Started();

        (await readiness.ProblemsAsync(default)).ShouldBe(["The engine does not answer."]);
    }

    [Fact]
    public async Task Probe_SchedulerStandsStill_SaysNotReady()
    {
        await using var server = await RunningServer.StartAsync();
        await server.UntilReadyAsync();
        var scheduler = await server.App.Services.GetRequiredService<ISchedulerFactory>().GetScheduler();

        await scheduler.Standby();

        var answer = await server.Client.GetAsync("/readyz");
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("scheduler is not running: Standby");
        (await server.Client.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Probe_WorkOnOneShardFailed_SaysHowManyAreLeft()
    {
        await using var server = await RunningServer.StartAsync();
        await server.UntilReadyAsync();

        server.App.Services.GetRequiredService<HeldShards>().End(17, failed: true);

        var answer = await server.Client.GetAsync("/readyz");
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("The engine works on 63 of 64 shards.\n");
    }

    [Fact]
    public async Task Probe_WhileTheServerStops_SaysSo()
    {
        await using var server = await RunningServer.StartAsync();
        await server.UntilReadyAsync();

        server.App.Lifetime.StopApplication();

        var answer = await server.Client.GetAsync("/readyz");
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("The server is stopping.\n");
    }
}

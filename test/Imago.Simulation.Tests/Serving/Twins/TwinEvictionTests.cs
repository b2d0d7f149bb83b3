using Imago.Application.Twins;
using Imago.Simulation.Serving.Twins;
using Imago.Simulation.Tests.Serving.Twins.Kit;
using NodaTime;

namespace Imago.Simulation.Tests.Serving.Twins;

/// <summary>Evictions and deletions of pods, against what a real server has answered.</summary>
public sealed class TwinEvictionTests
{
    [Fact]
    public async Task Evict_BudgetForbids_IsRefusedInTheRecordedWords()
    {
        var server = await WithBudgetAsync();
        var recorded = Recorded.Body("raw: evict, budget forbids", "eviction");

        var refusal = TwinServer.Refused(await server.EvictAsync(await PodAsync(server)));

        refusal.Code.ShouldBe(429);
        refusal.Reason.ShouldBe(recorded["reason"]!.GetValue<string>());
        refusal.Message.ShouldBe(recorded["message"]!.GetValue<string>());
        refusal.Causes.ShouldBe([new TwinCause("DisruptionBudget", recorded["details"]!["causes"]![0]!["message"]!.GetValue<string>(), null)]);
        refusal.RetryAfter.ShouldBeNull();
    }

    [Fact]
    public async Task Evict_BudgetForbidsDryRun_IsRefusedAndLeavesNoTrace()
    {
        var server = await WithBudgetAsync();
        var commits = server.Server.Store.Commits;

        TwinServer.Refused(await server.EvictAsync(await PodAsync(server), new DeletionAsked(DryRun: true))).Code.ShouldBe(429);

        server.Server.Store.Commits.ShouldBe(commits);
    }

    [Fact]
    public async Task Evict_WrongUid_IsAConflictInTheRecordedWords()
    {
        var server = await TwinServer.StartAsync();
        await server.CreatedAsync(TwinKind.Pods, Manifests.Pod("web-66c6f5d78f-mnxmc"));
        server.Pass(Duration.FromMinutes(1));
        var pod = await server.FindAsync(TwinKind.Pods, "default/web-66c6f5d78f-mnxmc");
        var recorded = Recorded.Body("raw: evict with wrong uid precondition", "eviction")["message"]!.GetValue<string>().Replace("d43fe693-86ca-441d-89cf-888700c7d919", pod.Uid, StringComparison.Ordinal);

        var refusal = TwinServer.Refused(await server.EvictAsync("default/web-66c6f5d78f-mnxmc", new DeletionAsked(Uid: "00000000-0000-0000-0000-000000000000")));

        (refusal.Code, refusal.Reason, refusal.Message).ShouldBe((409, "Conflict", recorded));
    }

    [Fact]
    public async Task Evict_StaleVersion_IsAConflict()
    {
        var server = await WithBudgetAsync();

        TwinServer.Refused(await server.EvictAsync(await PodAsync(server), new DeletionAsked(ResourceVersion: "1"))).Code.ShouldBe(409);
    }

    [Fact]
    public async Task Evict_NoSuchPod_IsNotFoundInTheRecordedWords()
    {
        var server = await TwinServer.StartAsync();

        var refusal = TwinServer.Refused(await server.EvictAsync("default/gone"));

        (refusal.Code, refusal.Message).ShouldBe((404, Recorded.Body("raw: evict a pod that does not exist", "eviction")["message"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Evict_Allowed_StopsThePodAndItsControllerMakesAnother()
    {
        var server = await TwinServer.StartAsync();
        await server.CreatedAsync(TwinKind.Deployments, Manifests.Deployment("web", 2));
        server.Pass(Duration.FromMinutes(2));
        var pod = await PodAsync(server, "default/web-");

        var document = TwinServer.Done(await server.EvictAsync(pod));

        document["metadata"]!["deletionGracePeriodSeconds"]!.GetValue<long>().ShouldBe(30);
        server.Pass(Duration.FromMinutes(2));
        (await server.TryFindAsync(TwinKind.Pods, pod)).ShouldBeNull();
        (await server.PodsAsync("default/web-")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Evict_AnotherOfTheSameBudgetAtOnce_IsRefused()
    {
        var server = await TwinServer.StartAsync();
        await server.CreatedAsync(TwinKind.Deployments, Manifests.Deployment("web", 3));
        await server.CreatedAsync(TwinKind.Budgets, Manifests.Budget("web", "web", "\"maxUnavailable\":1"));
        server.Pass(Duration.FromMinutes(2));
        var pods = await server.PodsAsync("default/web-");

        TwinServer.Done(await server.EvictAsync($"default/{pods[0]["metadata"]!["name"]}"));
        var second = TwinServer.Refused(await server.EvictAsync($"default/{pods[1]["metadata"]!["name"]}"));

        second.Code.ShouldBe(429);
    }

    [Fact]
    public async Task Delete_WithoutGrace_TakesThePodOutAtOnceThoughItsBudgetForbids()
    {
        var server = await WithBudgetAsync();
        var pod = await PodAsync(server);

        TwinServer.Done(await server.DeleteAsync(TwinKind.Pods, pod, new DeletionAsked(GracePeriod: 0)));

        (await server.TryFindAsync(TwinKind.Pods, pod)).ShouldBeNull();
    }

    [Fact]
    public async Task Delete_WithGrace_TellsWhenThePodIsGoneAtTheLatest()
    {
        var server = await WithBudgetAsync();
        var pod = await PodAsync(server);

        var document = TwinServer.Done(await server.DeleteAsync(TwinKind.Pods, pod, new DeletionAsked(GracePeriod: 5)));

        document["metadata"]!["deletionGracePeriodSeconds"]!.GetValue<long>().ShouldBe(5);
        server.Pass(Duration.FromSeconds(6));
        (await server.TryFindAsync(TwinKind.Pods, pod)).ShouldBeNull();
    }

    [Fact]
    public async Task Delete_AnotherUid_IsAConflict()
    {
        var server = await WithBudgetAsync();

        TwinServer.Refused(await server.DeleteAsync(TwinKind.Pods, await PodAsync(server), new DeletionAsked(Uid: "x"))).Code.ShouldBe(409);
    }

    // The budget of the recording: one pod, of which none may go.
    private static async Task<TwinServer> WithBudgetAsync()
    {
        var server = await TwinServer.StartAsync();
        await server.CreatedAsync(TwinKind.Deployments, Manifests.Deployment("admin", 1));
        await server.CreatedAsync(TwinKind.Budgets, Manifests.Budget("admin", "admin", "\"minAvailable\":1"));
        server.Pass(Duration.FromMinutes(2));
        return server;
    }

    private static async Task<string> PodAsync(TwinServer server, string beginning = "default/admin-") => $"default/{(await server.PodsAsync(beginning))[0]["metadata"]!["name"]}";
}

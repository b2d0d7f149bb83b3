using Imago.Agent.Tests.Kit;
using Imago.Application.NodeOs;
using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;
using static Imago.Agent.Tests.Kit.Orders;

namespace Imago.Agent.Tests.Serving;

public sealed class AgentServiceTests
{
    [Fact]
    [Trait("Rule", "NM-30")]
    [Trait("Rule", "NM-1")]
    [Trait("Rule", "CH-34")]
    public async Task Service_LevelAnnotation_PatchesAndSaysSoOnTheNode()
    {
        using var folder = new TemporaryFolder();
        await using var api = await FakeNodeApi.StartAsync(AgentStory.Node);
        await using var agent = new RunningAgent(api, new StoryMachine(), folder.Path);
        await ReportsAsync(api, r => r.Phase == AgentPhase.Idle);
        api.Annotate(NodeAnnotations.LivePatchingGolden, L1.ToString());
        var report = await ReportsAsync(api, r => r.Phase == AgentPhase.Applied);
        report.OrderId.ShouldBeNull();
        report.System.ShouldBe("debian 12");
        report.Inventory.ShouldBe($"inventory-{L1}");
        api.Annotation(NodeAnnotations.LivePatchingCurrent).ShouldBe(L1.ToString());
        api.Condition("NodeOsPatched").ShouldBe("True Applied");
        api.Condition("RebootRequired").ShouldBe("False NotRequired");

        // IM-13: nobody had said which image it is.
        api.Label(NodeLabels.NodeImageVersion).ShouldBe("ImagoDebian-12-202306.10.0");
    }

    [Fact]
    [Trait("Rule", "NM-59")]
    public async Task Service_ItsOwnLibraryWasReplaced_EndsToBeginAnewAfterItHasSaidEverything()
    {
        using var folder = new TemporaryFolder();
        await using var api = await FakeNodeApi.StartAsync(AgentStory.Node);
        var machine = new StoryMachine();
        api.Annotate(NodeAnnotations.LivePatchingGolden, L1.ToString());
        await using var agent = new RunningAgent(api, machine, folder.Path, isOutdated: () => machine.Installed == L1.ToString());

        await RunningAgent.UntilAsync(() => agent.HasEnded, () => "It goes on with the old library.");

        ReportText.Read(api.Annotation(NodeAnnotations.AgentReport))!.Phase.ShouldBe(AgentPhase.Applied);
        api.Annotation(NodeAnnotations.LivePatchingCurrent).ShouldBe(L1.ToString());
    }

    [Fact]
    public async Task Service_WholeStory_TouchesNothingButItsOwnNode()
    {
        using var folder = new TemporaryFolder();
        await using var api = await FakeNodeApi.StartAsync(AgentStory.Node);
        await using var agent = new RunningAgent(api, new StoryMachine(), folder.Path);
        api.Annotate(NodeAnnotations.Order, OrderText.Write(Order(OrderMode.Live, L1).Order!));
        await ReportsAsync(api, r => r.Phase == AgentPhase.Applied);
        api.Requests.ShouldAllBe(r => r.StartsWith($"PATCH /api/v1/nodes/{AgentStory.Node}", StringComparison.Ordinal)
            || (r.StartsWith("GET /api/v1/nodes?", StringComparison.Ordinal) && r.Contains($"fieldSelector=metadata.name%3D{AgentStory.Node}", StringComparison.Ordinal)));
    }

    [Fact]
    [Trait("Rule", "CH-31")]
    public async Task Service_DrainedOrderWithReboot_ReportsRebootingAndThenAppliedFromTheNextProcess()
    {
        using var folder = new TemporaryFolder();
        await using var api = await FakeNodeApi.StartAsync(AgentStory.Node);
        var machine = new StoryMachine();
        machine.KernelLevels.Add(L1.ToString());
        api.Cordon();
        await using (var before = new RunningAgent(api, machine, folder.Path))
        {
            api.Annotate(NodeAnnotations.Order, OrderText.Write(Order(OrderMode.Drained, L1, image: "ImagoDebian-12-202306.10.0-2026.11.01").Order!));
            await RunningAgent.UntilAsync(() => before.HasEnded, () => "The machine was not restarted.");
            ReportText.Read(api.Annotation(NodeAnnotations.AgentReport))!.Phase.ShouldBe(AgentPhase.Rebooting);
            api.Condition("RebootRequired").ShouldBe("True Rebooting");
        }

        await using var after = new RunningAgent(api, machine, folder.Path);
        var report = await ReportsAsync(api, r => r.Phase == AgentPhase.Applied);
        report.BootId.ShouldBe("boot-2");
        api.Label(NodeLabels.NodeImageVersion).ShouldBe("ImagoDebian-12-202306.10.0-2026.11.01");
        api.Annotation(NodeAnnotations.SecurityPatchTimestamp).ShouldNotBeNull();
    }

    // The order outlived its drain: somebody put the node back to work, and its pods are there again.
    [Fact]
    [Trait("Rule", "CH-31")]
    public async Task Service_DrainedOrderOnANodeThatTakesWork_TouchesNothingAndSaysWhy()
    {
        using var folder = new TemporaryFolder();
        await using var api = await FakeNodeApi.StartAsync(AgentStory.Node);
        var machine = new StoryMachine();
        machine.KernelLevels.Add(L1.ToString());
        api.Annotate(NodeAnnotations.Order, OrderText.Write(Order(OrderMode.Drained, L1).Order!));
        await using var agent = new RunningAgent(api, machine, folder.Path);
        await ReportsAsync(api, r => r is { Phase: AgentPhase.Retrying, Reason: "NotDrained" });
        machine.Done.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "CH-37")]
    public async Task Service_DrainedOrderOnANewcomer_IsCarriedOut()
    {
        using var folder = new TemporaryFolder();
        await using var api = await FakeNodeApi.StartAsync(AgentStory.Node);
        api.Taint(NodeLabels.NotPatchedTaint);
        api.Annotate(NodeAnnotations.Order, OrderText.Write(Order(OrderMode.Drained, L1).Order!));
        await using var agent = new RunningAgent(api, new StoryMachine(), folder.Path);
        await ReportsAsync(api, r => r.Phase == AgentPhase.Applied);
    }

    [Fact]
    public async Task Service_MachineCannotBeReadForAFullDisk_GoesOn()
    {
        using var folder = new TemporaryFolder();
        await using var api = await FakeNodeApi.StartAsync(AgentStory.Node);
        var machine = new StoryMachine { ProbeFails = new IOException("No space left on device") };
        await using var agent = new RunningAgent(api, machine, folder.Path);
        await ReportsAsync(api, r => r.Phase == AgentPhase.Idle);
        machine.ProbeFails = null;
        api.Annotate(NodeAnnotations.LivePatchingGolden, L1.ToString());
        await ReportsAsync(api, r => r.Phase == AgentPhase.Applied);
    }

    [Fact]
    [Trait("Rule", "CH-37")]
    public async Task Service_MachineWasReset_TakesTheReachedLevelBack()
    {
        using var folder = new TemporaryFolder();
        await using var api = await FakeNodeApi.StartAsync(AgentStory.Node);
        api.Annotate(NodeAnnotations.LivePatchingCurrent, L3.ToString());
        await using var agent = new RunningAgent(api, new StoryMachine(), folder.Path);
        await RunningAgent.UntilAsync(() => api.Annotation(NodeAnnotations.LivePatchingCurrent) is null, () => "The level of the machine before is still there.");
    }

    [Fact]
    public async Task Service_ReportsCannotBeWritten_ReportsLaterAndPatchesMeanwhile()
    {
        using var folder = new TemporaryFolder();
        await using var api = await FakeNodeApi.StartAsync(AgentStory.Node);
        api.RefusesPatches = true;
        var machine = new StoryMachine();
        api.Annotate(NodeAnnotations.Order, OrderText.Write(Order(OrderMode.Live, L1).Order!));
        await using var agent = new RunningAgent(api, machine, folder.Path);
        await RunningAgent.UntilAsync(() => machine.Installed == L1.ToString(), () => "It was not patched.");
        api.RefusesPatches = false;
        await ReportsAsync(api, r => r.Phase == AgentPhase.Applied);
    }

    [Fact]
    public async Task Service_WatchBreaks_HearsTheNextOrder()
    {
        using var folder = new TemporaryFolder();
        await using var api = await FakeNodeApi.StartAsync(AgentStory.Node);
        await using var agent = new RunningAgent(api, new StoryMachine(), folder.Path);
        await ReportsAsync(api, r => r.Phase == AgentPhase.Idle);
        api.BreakWatches();
        api.Annotate(NodeAnnotations.LivePatchingGolden, L1.ToString());
        await ReportsAsync(api, r => r.Phase == AgentPhase.Applied);
    }

    [Fact]
    [Trait("Rule", "CH-13")]
    public async Task Service_RebootPendingWithoutAnyOrder_SaysSoAndDoesNothing()
    {
        using var folder = new TemporaryFolder();
        await using var api = await FakeNodeApi.StartAsync(AgentStory.Node);
        var machine = new StoryMachine();
        machine.KernelLevels.Add("0");
        await using var agent = new RunningAgent(api, machine, folder.Path);
        await RunningAgent.UntilAsync(() => api.Condition("RebootRequired") == "True Reboot", () => $"It says {api.Condition("RebootRequired")}.");
        machine.Done.ShouldBeEmpty();
    }

    [Fact]
    public async Task Service_NothingChanges_WritesNothing()
    {
        using var folder = new TemporaryFolder();
        await using var api = await FakeNodeApi.StartAsync(AgentStory.Node);
        await using var agent = new RunningAgent(api, new StoryMachine(), folder.Path);
        await ReportsAsync(api, r => r.Phase == AgentPhase.Idle && r.Inventory.Length > 0);
        api.Annotate("somebody.example/else", "1");
        api.Annotate("somebody.example/else", "2");
        await RunningAgent.UntilAsync(() => api.Requests.Count(r => r.Contains("watch", StringComparison.Ordinal)) > 0, () => "It does not watch.");
        var patches = api.Requests.Count(r => r.StartsWith("PATCH", StringComparison.Ordinal));
        await Task.Delay(300, TestContext.Current.CancellationToken);
        api.Requests.Count(r => r.StartsWith("PATCH", StringComparison.Ordinal)).ShouldBe(patches);
    }

    private static async Task<AgentReport> ReportsAsync(FakeNodeApi api, Func<AgentReport, bool> isSo)
    {
        AgentReport? report = null;
        await RunningAgent.UntilAsync(
            () => (report = ReportText.Read(api.Annotation(NodeAnnotations.AgentReport))) is not null && isSo(report),
            () => $"The report is: {api.Annotation(NodeAnnotations.AgentReport)}");
        return report!;
    }
}

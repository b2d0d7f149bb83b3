using System.Globalization;
using Imago.Acceptance.Tests.AzureCli;
using Imago.Acceptance.Tests.Rollouts;
using Imago.Acceptance.Tests.Serving;
using Imago.NodeOs.Rig.Archives;
using Imago.NodeOs.Rig.Machines;
using Imago.NodeOs.Rig.Packages;

namespace Imago.Acceptance.Tests.Machines;

/// <summary>
/// What the product is for where nobody makes images: fixes appear in an archive, the window opens, and three machines are patched by their agents, live where that does, else
/// drained and restarted one after another; and what happens when something fails on the way. One story, in the order in which it is written.
/// </summary>
[TestCaseOrderer(typeof(StoryOrder))]
public sealed class WholeWayTests(Fleet fleet) : IAsyncLifetime
{
    private const string Base = "ImagoDebian-12-202306.10.0";
    private const string NotPatched = "imago.dev/not-patched";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public async ValueTask InitializeAsync() => await fleet.ReadyAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    [Trait("Rule", "CH-32"), Trait("Rule", "CH-33")]
    public async Task Level_AppearsBeforeTheWindow_IsStagedAndNothingElse()
    {
        await fleet.SetWindowAsync(HostClock.Instance.GetUtcNow().AddHours(10));
        (await fleet.ImagoAsync($"cluster update {Fleet.Attached} --channel SecurityPatch")).MustSucceed();

        var level = await PublishAsync(await SamplePackages.LibraryAsync("1.0-1+deb12u1"));

        await NodesAsync("Staged", n => n.Phase == "Staged" && n.PlannedLevel == level.Level.ToString());
        (await fleet.NodesAsync()).ShouldAllBe(n => !n.Cordoned && n.Report!.Value.GetProperty("planned").GetProperty("packages").GetInt32() == 1);
        foreach (var rack in fleet.Racks)
        {
            (await rack.Machine.VersionAsync("librig1")).ShouldBe("1.0-1");
        }

        var told = await ExplainAsync();
        told.ShouldContain("WindowClosed");
        told.ShouldContain($"Its agent has staged level {level.Level}: 1 packages, without a restart; so it goes on serving.");
    }

    [Fact]
    [Trait("Rule", "CH-30"), Trait("Rule", "CH-34"), Trait("Rule", "IM-13"), Trait("Rule", "MW-7")]
    public async Task Window_Opens_PatchesLiveWithoutCordonAndLeavesTheLabel()
    {
        var level = fleet.Level!;
        var boots = fleet.Racks.ToDictionary(r => r.Name, r => r.Machine.Boots, StringComparer.Ordinal);
        await fleet.DeployAsync();
        await using var lookout = Lookout.Begin(fleet.Admin);

        fleet.WindowOpens = OpeningWindow.After(HostClock.Instance.GetUtcNow()).Start;
        await fleet.SetWindowAsync(fleet.WindowOpens.Value);
        await ReachAsync(level);

        lookout.Cordoned.ShouldBeEmpty();
        foreach (var node in await fleet.NodesAsync())
        {
            node.Golden.ShouldBe(level.Level.ToString());
            node.Image.ShouldBe(Base);
            node.Condition("NodeOsPatched").ShouldStartWith("True/");
            node.Condition("RebootRequired").ShouldStartWith("False/");
        }

        foreach (var rack in fleet.Racks)
        {
            (await rack.Machine.VersionAsync("librig1")).ShouldBe("1.0-1+deb12u1");
            rack.Machine.Boots.ShouldBe(boots[rack.Name]);
        }

        await EndsAsync("Succeeded");
        (await ExplainAsync()).ShouldContain("3 upgraded.");
        (await EventsAsync()).Count(e => e.StartsWith("Upgrade: Successfully upgraded node: rack-", StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(fleet.Racks.Count);
        (await fleet.ImagoAsync("activity list")).MustSucceed().Out.ShouldContain("system:auto-upgrader");
    }

    [Fact]
    [Trait("Rule", "CH-31"), Trait("Rule", "UP-31"), Trait("Rule", "UP-151"), Trait("Rule", "IM-5"), Trait("Rule", "IM-12"), Trait("Rule", "NM-55")]
    public async Task NextLevel_BringsAKernel_DrainsPatchesAndRestartsOneMachineAfterAnother()
    {
        var boots = fleet.Racks.ToDictionary(r => r.Name, r => r.Machine.BootId, StringComparer.Ordinal);
        await using var lookout = Lookout.Begin(fleet.Admin);

        var level = await PublishAsync(await SamplePackages.KernelAsync(32), await SamplePackages.KernelMetapackageAsync(32));
        await ReachAsync(level);
        await EndsAsync("Succeeded");

        lookout.MostCordoned.ShouldBe(1);
        lookout.Cordoned.Order(StringComparer.Ordinal).ShouldBe(["rack-1", "rack-2", "rack-3"]);
        lookout.FewestReady.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(Fleet.LeastReady);
        foreach (var node in await fleet.NodesAsync())
        {
            node.Cordoned.ShouldBeFalse();
            node.Image.ShouldBe(Patched(level));
            DateTimeOffset.Parse(node.PatchedAt.ShouldNotBeNull(), CultureInfo.InvariantCulture).ShouldBeGreaterThan(fleet.WindowOpens!.Value);
            node.Condition("RebootRequired").ShouldStartWith("False/");
            node.Json.GetProperty("status").GetProperty("nodeInfo").GetProperty("kernelVersion").GetString().ShouldBe(SamplePackages.KernelRelease(32));
        }

        fleet.Racks.ShouldAllBe(r => r.Machine.BootId != boots[r.Name] && r.Machine.Kernel == SamplePackages.KernelRelease(32));
        (await fleet.KubectlAsync("get nodes -L kubernetes.azure.com/node-image-version")).MustSucceed().Out.Split(Patched(level)).Length.ShouldBe(4);
        var events = await EventsAsync();
        foreach (var rack in fleet.Racks)
        {
            foreach (var told in new[] { $"Drain: Draining node: {rack.Name}", $"Upgrade: Patching node {rack.Name} in place", $"Upgrade: Successfully patched node: {rack.Name}", $"Upgrade: Successfully upgraded node: {rack.Name}" })
            {
                events.ShouldContain(told);
            }
        }
    }

    [Fact]
    [Trait("Rule", "CH-37")]
    public async Task Machine_JoinsWithTheTaint_IsPatchedBeforeItTakesWork()
    {
        var level = fleet.Level!;

        var rack = await fleet.JoinAsync("rack-4", NotPatched);

        var node = await Until.Async("rack-4 taking work", Patience, () => fleet.NodeAsync(rack.Name), n => n.Current == level.Level.ToString() && !n.Taints.Contains(NotPatched));
        node.Image.ShouldBe(Patched(level));
        (await rack.Machine.VersionAsync("librig1")).ShouldBe("1.0-1+deb12u1");
        rack.Machine.Kernel.ShouldBe(SamplePackages.KernelRelease(32));
        (await fleet.Admin.ListAsync("api/v1/pods?fieldSelector=spec.nodeName%3Drack-4")).ShouldBeEmpty();
        (await ExplainAsync()).ShouldContain("AlreadyCurrent");
        await fleet.LeaveAsync(rack);
    }

    [Fact]
    [Trait("Rule", "NM-33"), Trait("Rule", "UP-153")]
    public async Task Mirror_IsDown_IsSaidAndNothingIsDoneUntilItIsBack()
    {
        (await fleet.ImagoAsync($"rollout pause --cluster {Fleet.Attached} --why 'the mirror is being moved'")).MustSucceed();
        var level = await PublishAsync(await SamplePackages.ToolAsync("rig-tool", "1.1"));
        await Until.Async("The level being the target", Patience, ExplainAsync, t => t.Contains($"target  {level.Level}", StringComparison.Ordinal) && t.Contains("the mirror is being moved", StringComparison.Ordinal));
        fleet.Archive.Break(ArchiveFault.Down, ArchiveArea.Security);
        (await fleet.ImagoAsync($"rollout resume --cluster {Fleet.Attached}")).MustSucceed();

        var told = await Until.Async("The reason being told", Patience, ExplainAsync, t => t.Contains("AgentFailing", StringComparison.Ordinal));
        told.ShouldContain("MirrorUnreachable");
        told.ShouldContain(fleet.Archive.AddressOf(ArchiveArea.Security));
        (await fleet.NodesAsync()).ShouldAllBe(n => n.Current != level.Level.ToString());

        fleet.Archive.Break(ArchiveFault.None);
        await ReachAsync(level);
        await EndsAsync("Succeeded");
        foreach (var rack in fleet.Racks)
        {
            (await rack.Machine.VersionAsync("rig-tool")).ShouldBe("1.1");
        }
    }

    [Fact]
    [Trait("Rule", "NM-46")]
    public async Task Agent_KilledInTheMiddleOfATransaction_FinishesItAfterItsRestart()
    {
        // Only the first machine meets the slow script: the others have been through it.
        var level = await PublishAsync(await SamplePackages.SlowAsync("1.1", slow: true));
        var slow = await Until.Async("A script running", Patience, () => Task.FromResult(fleet.Racks.FirstOrDefault(r => r.Machine.Root.Exists(SamplePackages.SlowMark))), r => r is not null);
        foreach (var rack in fleet.Racks.Where(r => r != slow))
        {
            rack.Machine.Root.Write(SamplePackages.SlowMark, "");
        }

        (await slow!.Machine.ShellAsync("dpkg --audit")).ShouldContain("rig-slow");
        await slow.KillAgentAsync();

        await ReachAsync(level);
        await EndsAsync("Succeeded");
        foreach (var rack in fleet.Racks)
        {
            (await rack.Machine.VersionAsync("rig-slow")).ShouldBe("1.1");
            (await rack.Machine.ShellAsync("dpkg --audit")).ShouldBeEmpty();
        }
    }

    [Fact]
    [Trait("Rule", "UP-150"), Trait("Rule", "UP-151")]
    public async Task Machine_NeverComesBack_HaltsTheRolloutAndLeavesTheOthersAlone()
    {
        var before = fleet.Level!;
        foreach (var rack in fleet.Racks)
        {
            rack.ComesBack = false;
        }

        var level = await PublishAsync(await SamplePackages.KernelAsync(33), await SamplePackages.KernelMetapackageAsync(33));
        await EndsAsync("Failed", level);

        var lost = fleet.Racks.Single(r => !r.Machine.Running);
        foreach (var rack in fleet.Racks.Where(r => r != lost))
        {
            var node = await fleet.NodeAsync(rack.Name);
            node.Cordoned.ShouldBeFalse();
            node.Current.ShouldBe(before.Level.ToString());
            rack.Machine.Kernel.ShouldBe(SamplePackages.KernelRelease(32));
            rack.ComesBack = true;
        }

        (await fleet.NodeAsync(lost.Name)).Cordoned.ShouldBeTrue();
        var told = await ExplainAsync();
        told.ShouldContain($"Failed: {lost.Name} of pool racks");
        told.ShouldContain("NotReadyAfterUpgrade");
        told.ShouldContain("FailedBefore");
        var rollout = (await fleet.RolloutsAsync())[0].GetProperty("name").GetString();
        (await fleet.ImagoAsync($"rollout show {rollout} --cluster {Fleet.Attached}")).MustSucceed().Out.ShouldContain($"fault      (NotReadyAfterUpgrade) Node '{lost.Name}'");

        // Somebody presses its button.
        lost.ComesBack = true;
        var back = await Until.Async("The lost machine being back at work", Patience, () => fleet.NodeAsync(lost.Name), n => n.Current == level.Level.ToString() && !n.Cordoned);
        back.Image.ShouldBe(Patched(level));
        (await ExplainAsync()).ShouldNotContain($"Failed: {lost.Name}");
    }

    [Fact]
    [Trait("Rule", "MW-7")]
    public void Packages_AreNeverInstalledBeforeTheWindowOpened()
    {
        var upgrades = fleet.Racks.SelectMany(r => r.Upgrades()).ToList();

        upgrades.ShouldNotBeEmpty();
        upgrades.ShouldAllBe(at => at >= fleet.WindowOpens);
    }

    private static string Patched(ArchiveMoment level) => $"{Base}-{level.At.ToString("uuuu.MM.dd", CultureInfo.InvariantCulture)}";

    private async Task<ArchiveMoment> PublishAsync(params BuiltPackage[] packages) => fleet.Level = await fleet.PublishAsync(c => c.Security(packages));

    private async Task<string> ExplainAsync() => (await fleet.ImagoAsync($"explain {Fleet.Attached}")).MustSucceed().Out;

    private Task ReachAsync(ArchiveMoment level) => NodesAsync($"at level {level.Level}", n => n.Current == level.Level.ToString());

    private async Task NodesAsync(string what, Func<NodeSight, bool> wanted) =>
        await Until.Async($"All nodes {what}", Patience, async () => new Sights(await fleet.NodesAsync()), s => s.Nodes.Count > 0 && s.Nodes.All(wanted));

    /// <summary>Waits until the newest rollout has ended, and no other has taken its place.</summary>
    private async Task EndsAsync(string phase, ArchiveMoment? level = null)
    {
        var ended = await Until.Async("The rollout ending", Patience, fleet.RolloutsAsync, r => r.Count > 0 && AttachedEnd(r[0].GetProperty("properties"))
            && (level is null || r[0].GetProperty("properties").GetProperty("target").GetString() == level.Level.ToString()));
        ended[0].GetProperty("properties").GetProperty("phase").GetString().ShouldBe(phase);
    }

    private static bool AttachedEnd(System.Text.Json.JsonElement rollout) => rollout.TryGetProperty("endedAt", out var at) && at.ValueKind == System.Text.Json.JsonValueKind.String;

    private async Task<IReadOnlyList<string>> EventsAsync() =>
        [.. (await fleet.KubectlAsync("get events -n default -o json")).Json.GetProperty("items").EnumerateArray().Select(e => $"{e.GetProperty("reason").GetString()}: {e.GetProperty("message").GetString()}")];

    private sealed record Sights(IReadOnlyList<NodeSight> Nodes)
    {
        public override string ToString() => string.Join("; ", Nodes);
    }
}

using Imago.Agent.Deciding;
using Imago.Agent.State;
using Imago.Agent.Tests.Kit;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.NodeOs;
using Imago.NodeOs.Machine;
using NodaTime;
using static Imago.Agent.Tests.Kit.Orders;

namespace Imago.Agent.Tests.State;

public sealed class AgentMemoryTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 11, 24, 22, 0, 1);

    private static readonly ArchiveState Archive = new([new SuiteState(ArchivePocket.Security, "http://mirror.example/debian-security", "bookworm-security", ["main"], Now, new string('a', 64))]);

    private static readonly AgentState Full = new()
    {
        MachineId = "machine-1",
        Reached = L1,
        Order = new AgentOrder(new NodeOrder { Id = "o-1", Mode = OrderMode.Drained, Level = L2, Image = "ImagoDebian-12-202306.10.0", Archive = Archive, Rollback = true, Epoch = 7 }, OrderOrigin.ControlSide),
        Phase = AgentPhase.Applying,
        Reason = "MirrorStale",
        Message = "A message.",
        Attempts = 3,
        LastAttemptAt = Now,
        NextAttemptAt = Now + Duration.FromMilliseconds(1500),
        IsWorking = true,
        IsOpen = true,
        Plan = new PatchPlan
        {
            Goal = new PatchGoal(L2, OrderContent.Everything) { Archive = Archive, RepoService = System.Net.IPAddress.Parse("10.0.0.4") },
            Archive = Archive,
            Changes = [new PackageChange("libc6", "amd64", "2.36-1", "2.36-2", ArchivePocket.Security), new PackageChange("linux-image-1", "amd64", null, "6.1", ArchivePocket.Updates)],
            Held = [new HeldPackage("runc", "1", "2", "apt-mark hold")],
            DownloadBytes = 12,
            Verdict = RebootVerdict.Reboot,
        },
        BootId = "boot-1",
        RestartAskedAt = Now,
        Restarts = 2,
        HasRestarted = true,
        Planned = new PlannedChange(L2, OrderContent.Everything, RebootVerdict.Reboot, 2, 12),
        Held = [new HeldPackage("runc", "1", "2", "apt-mark hold")],
        Verdict = RebootVerdict.RestartServices,
        Inventory = "abc",
        Updater = OsUpdater.Imago,
        UpdaterRetryAt = Now,
        Image = "ImagoDebian-12-202306.10.0",
        ImageAppliedAt = Now,
    };

    [Fact]
    public void StateText_EveryField_IsReadAsItWasWritten()
    {
        StateText.Read(StateText.Write(Full), out var problem).ShouldBe(Full);
        problem.ShouldBeNull();
    }

    [Fact]
    public void Refresh_AnotherProcessKept_KnowsIt()
    {
        using var folder = new TemporaryFolder();
        Memory(folder).Keep(Full).ShouldBeNull();
        var other = Memory(folder);
        other.Refresh();
        other.Current.ShouldBe(Full);
        other.IsNew.ShouldBeFalse();
    }

    [Fact]
    [Trait("Rule", "CH-37")]
    public void Refresh_StateOfAnotherMachine_CountsForNothing()
    {
        using var folder = new TemporaryFolder();
        Memory(folder).Keep(Full);
        var clone = new AgentMemory(new MachineRoot(folder.Path), "/state", "machine-2");
        clone.Refresh();
        clone.Current.Reached.ShouldBeNull();
        clone.IsNew.ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"version\":1,\"phase\":\"App")]
    [InlineData("{\"version\":99,\"phase\":\"Applied\"}")]
    public void Refresh_BrokenFile_BeginsAnewAndSaysWhy(string text)
    {
        using var folder = new TemporaryFolder();
        new MachineRoot(folder.Path).Write("/state/state.json", text);
        var memory = Memory(folder);
        memory.Refresh();
        memory.Current.Phase.ShouldBe(AgentPhase.Idle);
        memory.Trouble.ShouldNotBeNull().ShouldContain("state.json cannot be read");
    }

    [Fact]
    public void Keep_FolderCannotBeWritten_RemembersInMemoryAndWritesLater()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "state"), "a file where a folder has to be");
        var memory = Memory(folder);
        memory.Keep(Full).ShouldNotBeNull().ShouldContain("cannot be written");
        memory.IsKept.ShouldBeFalse();
        memory.Refresh();
        memory.Current.ShouldBe(Full);
        File.Delete(Path.Combine(folder.Path, "state"));
        memory.Keep(Full).ShouldBeNull();
        memory.IsKept.ShouldBeTrue();
    }

    [Fact]
    public void Lock_TakenTwice_IsRefusedAndFreeAfterwards()
    {
        using var folder = new TemporaryFolder();
        var root = new MachineRoot(folder.Path);
        using (MachineLock.TryTake(root, "/state", "work").ShouldNotBeNull())
        {
            // A lock needs no more than reading: no other user of the machine may have that.
            if (!OperatingSystem.IsWindows())
            {
                File.GetUnixFileMode(root.At("/state/work.lock")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            MachineLock.TryTake(root, "/state", "work").ShouldBeNull();
            using var service = MachineLock.TryTake(root, "/state", "service").ShouldNotBeNull();
        }

        using var again = MachineLock.TryTake(root, "/state", "work").ShouldNotBeNull();
    }

    [Fact]
    public async Task Agent_CannotKeepItsState_InstallsNothing()
    {
        using var story = new AgentStory();
        File.WriteAllText(Path.Combine(story.Folder, "state"), "a file where a folder has to be");
        story.Wishes = Order(OrderMode.Live, L1);
        await story.RestAsync();
        story.State.Reason.ShouldBe("StateUnwritable");
        story.Machine.Done.ShouldBeEmpty();
        File.Delete(Path.Combine(story.Folder, "state"));
        await story.SettleAsync();
        story.State.Phase.ShouldBe(AgentPhase.Applied);
    }

    private static AgentMemory Memory(TemporaryFolder folder) => new(new MachineRoot(folder.Path), "/state", "machine-1");
}

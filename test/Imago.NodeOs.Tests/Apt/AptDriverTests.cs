using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using Imago.NodeOs.Machine;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.NodeOs.Tests.Apt;

public sealed class AptDriverTests : IDisposable
{
    private static readonly PatchGoal Goal = new(new PatchLevel(Instant.FromUtc(2026, 11, 21, 0, 0)), OrderContent.Security);

    private readonly TemporaryMachine _machine = new TemporaryMachine()
        .With("/etc/os-release", "ID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n").With("/etc/apt/trusted.gpg.d/a.asc", "").With("/proc/4711/comm", "aptitude\n");

    private readonly HastyClock _clock = new();

    private readonly FakeApt _apt;

    public AptDriverTests() => _apt = new FakeApt(_machine);

    [Fact]
    [Trait("Rule", "NM-61")]
    [Trait("Rule", "NM-43")]
    [Trait("Rule", "NM-34")]
    public async Task Apply_Plan_IsOneTransactionAndIsVerified()
    {
        var plan = await PlanAsync();
        await Driver().ApplyAsync(plan, SilentProgress.Instance, default);
        var verification = await Driver().VerifyAsync(plan, default);

        plan.Changes.Select(c => $"{c.Name} {c.From} {c.To}").ShouldBe(["openssl 3.0.20 3.0.22"]);
        _apt.Ran.Count(r => r == "apt-get -y --no-remove install openssl=3.0.22").ShouldBe(1);
        _apt.Ran.ShouldNotContain(r => r.Contains("configure", StringComparison.Ordinal));
        verification.Complete.ShouldBeTrue();
        verification.Unplanned.ShouldBeEmpty();
        _apt.Auto.ShouldBe(["openssl"], "a package that came for others still did");
    }

    [Fact]
    [Trait("Rule", "NM-31")]
    public async Task Apply_FailsButAllIsThere_IsDone()
    {
        var plan = await PlanAsync();
        _apt.Install = new CommandResult(100, "", "E: Sub-process returned an error code");

        await Driver().ApplyAsync(plan, SilentProgress.Instance, default);

        _apt.Installed["openssl"].ShouldBe("3.0.22");
    }

    [Theory]
    [Trait("Rule", "NM-31")]
    [Trait("Rule", "NM-34")]
    [InlineData(0, "", NodeOsReason.NotAsPlanned)]
    [InlineData(100, "E: Sub-process /usr/bin/dpkg returned an error code (1)", NodeOsReason.InstallFailed)]
    [InlineData(100, "dpkg: error: failed to write (No space left on device)", NodeOsReason.DiskFull)]
    public async Task Apply_NothingChanged_IsAFailureWhateverTheExitCode(int exitCode, string said, NodeOsReason reason)
    {
        var plan = await PlanAsync();
        (_apt.InstallWorks, _apt.Install) = (false, new CommandResult(exitCode, "", said));

        var failure = await FailureAsync(plan);

        failure.Reason.ShouldBe(reason);
        failure.Message.ShouldStartWith("0 of 1 packages are at their planned version; not so openssl");
        (await Driver().VerifyAsync(plan, default)).Missing.ShouldBe(["openssl 3.0.22 was planned; the machine has 3.0.20"]);
    }

    [Fact]
    [Trait("Rule", "NM-45")]
    public async Task Apply_LockHeld_SaysByWhomAndInstallsNothing()
    {
        var plan = await PlanAsync();
        _apt.Check = new CommandResult(100, "Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (aptitude)...", "E: Unable to acquire the dpkg frontend lock");

        var failure = await FailureAsync(plan);

        failure.Reason.ShouldBe(NodeOsReason.LockHeld);
        failure.Message.ShouldContain("Process 4711 (aptitude)");
        _apt.Installed["openssl"].ShouldBe("3.0.20");
    }

    [Fact]
    [Trait("Rule", "NM-46")]
    public async Task Apply_HalfInstalled_IsRepairedFirst()
    {
        var plan = await PlanAsync();
        _apt.Audit = "The following packages are only half configured: bash";

        await Driver().ApplyAsync(plan, SilentProgress.Instance, default);

        var repair = _apt.Ran.IndexOf("dpkg --configure -a --force-confdef --force-confold");
        repair.ShouldBeGreaterThan(0);
        _apt.Ran.IndexOf("apt-get -y --no-remove -f install").ShouldBeGreaterThan(repair);
        _apt.Ran.IndexOf("apt-get -y --no-remove install openssl=3.0.22").ShouldBeGreaterThan(repair);
    }

    [Fact]
    [Trait("Rule", "NM-46")]
    public async Task Stage_HalfInstalled_LeavesItToApplying()
    {
        var plan = await PlanAsync();
        _apt.Audit = "The following packages are only half configured: bash";

        await Driver().StageAsync(plan, SilentProgress.Instance, default);

        _apt.Ran.ShouldNotContain(r => r.Contains("--download-only", StringComparison.Ordinal) || r.Contains("--configure", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Inst bash [5.1] (5.2 Debian:12/oldstable [amd64])\n", "bash 5.2")]
    [InlineData("Remv bash [5.1]\n", "removal of bash")]
    public async Task Apply_AptWouldDoMore_IsRefused(string also, string named)
    {
        var plan = await PlanAsync();
        _apt.AlsoSimulated = also;

        var failure = await FailureAsync(plan);

        failure.Reason.ShouldBe(NodeOsReason.NotAsPlanned);
        failure.Message.ShouldContain(named);
        _apt.Installed["openssl"].ShouldBe("3.0.20");
    }

    [Fact]
    [Trait("Rule", "NM-31")]
    [Trait("Rule", "NM-72")]
    public async Task Plan_MirrorDownWithExitCodeZero_IsUnreachable()
    {
        _apt.Update = new CommandResult(0, "", "W: Failed to fetch http://deb.debian.org/debian-security/dists/bookworm-security/InRelease  Could not connect\n");

        (await Should.ThrowAsync<NodeOsException>(PlanAsync)).Reason.ShouldBe(NodeOsReason.MirrorUnreachable);
    }

    [Theory]
    [Trait("Rule", "NM-7")]
    [Trait("Rule", "NM-31")]
    [InlineData(1, true, 2)]
    [InlineData(2, true, 3)]
    [InlineData(3, false, 3)]
    public async Task Plan_MirrorDoesNotAnswerAtFirst_IsAskedThreeTimesAtMost(int failures, bool succeeds, int asked)
    {
        _apt.UpdatesThatFail = failures;

        var planning = PlanAsync();
        await planning.ContinueWith(_ => { }, TaskScheduler.Default);

        planning.IsCompletedSuccessfully.ShouldBe(succeeds);
        _apt.Ran.Count(r => r == "apt-get update").ShouldBe(asked);
        _clock.Waits.ShouldBe(((TimeSpan[])[TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4)])[..(asked - 1)]);
    }

    [Fact]
    [Trait("Rule", "NM-31")]
    public async Task Plan_SignatureIsWrong_IsNotAskedAgain()
    {
        _apt.Update = new CommandResult(100, "", "E: GPG error: http://deb.debian.org bookworm-security InRelease: BADSIG");

        (await Should.ThrowAsync<NodeOsException>(PlanAsync)).Reason.ShouldBe(NodeOsReason.SignatureInvalid);

        _apt.Ran.Count(r => r == "apt-get update").ShouldBe(1);
    }

    [Theory]
    [Trait("Rule", "NM-31")]
    [InlineData("0", null)]
    [InlineData("17", NodeOsReason.MirrorUnreachable)]
    public async Task Plan_SuiteWithoutIndex_IsEmptyOnlyIfItsReleaseFileSaysSo(string size, NodeOsReason? reason)
    {
        _apt.SecurityWithoutIndex = size;

        if (reason is null)
        {
            (await PlanAsync()).IsEmpty.ShouldBeTrue();
        }
        else
        {
            (await Should.ThrowAsync<NodeOsException>(PlanAsync)).Reason.ShouldBe(reason.Value);
        }
    }

    [Fact]
    [Trait("Rule", "NM-72")]
    public async Task Stage_NoRoom_SaysWhereAndHowMuch()
    {
        var plan = await PlanAsync();
        var full = NodeOsDrivers.For(new MachineRoot(_machine.Root.At("/").TrimEnd('/'), _ => 1_000_000), _apt, new MachineSettings { OwnSources = true }, _clock);

        var failure = await Should.ThrowAsync<NodeOsException>(async () => await full.StageAsync(plan, SilentProgress.Instance, default));

        failure.Reason.ShouldBe(NodeOsReason.DiskFull);
        failure.Message.ShouldContain("/usr needs");
        failure.Message.ShouldContain("has 1 MB");
    }

    // A newer build of the same kernel is written beside the old one, and so is its initial file system, before either is replaced.
    [Fact]
    [Trait("Rule", "NM-72")]
    public async Task Stage_NoRoomForANewerBuildOfTheKernel_SaysSo()
    {
        _machine.With("/boot/vmlinuz-6.1.0-9-amd64", new string('k', 5000)).With("/boot/initrd.img-6.1.0-9-amd64", new string('i', 9000));
        var plan = await PlanAsync();
        plan.Changes.ShouldHaveSingleItem().From.ShouldNotBeNull();
        var settings = new MachineSettings { OwnSources = true, KernelPackages = ["openssl"] };
        var full = NodeOsDrivers.For(new MachineRoot(_machine.Root.At("/").TrimEnd('/'), folder => folder.EndsWith("/boot", StringComparison.Ordinal) ? 10_000 : long.MaxValue), _apt, settings);

        var failure = await Should.ThrowAsync<NodeOsException>(async () => await full.StageAsync(plan, SilentProgress.Instance, default));

        failure.Reason.ShouldBe(NodeOsReason.DiskFull);
        failure.Message.ShouldContain("/boot needs 14 kB and has 10 kB");
    }

    [Fact]
    [Trait("Rule", "NM-30")]
    public async Task Probe_SamePackages_GiveTheSameInventory()
    {
        var first = await Driver().ProbeAsync(default);
        var second = await Driver().ProbeAsync(default);
        _apt.Installed["bash"] = "5.2";
        var third = await Driver().ProbeAsync(default);

        (first.Id, first.Version, first.Architecture).ShouldBe(("debian", "12", "amd64"));
        second.Inventory.ShouldBe(first.Inventory);
        third.Inventory.ShouldNotBe(first.Inventory);
    }

    public void Dispose() => _machine.Dispose();

    private async Task<PatchPlan> PlanAsync() => await Driver().PlanAsync(Goal, SilentProgress.Instance, default);

    private async Task<NodeOsException> FailureAsync(PatchPlan plan) =>
        await Should.ThrowAsync<NodeOsException>(async () => await Driver().ApplyAsync(plan, SilentProgress.Instance, default));

    private INodeOsDriver Driver() => NodeOsDrivers.For(_machine.Root, _apt, new MachineSettings { OwnSources = true }, _clock);
}

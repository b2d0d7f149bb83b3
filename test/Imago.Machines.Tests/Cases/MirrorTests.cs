using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.Machines.Tests.Kit;
using Imago.NodeOs;
using Imago.NodeOs.Machine;
using Imago.NodeOs.Rig.Archives;
using Imago.NodeOs.Rig.Packages;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Machines.Tests.Cases;

/// <summary>Archives that are not what they should be: never taken for a machine that needs nothing.</summary>
[Trait("Rule", "NM-31")]
[Trait("Rule", "NM-72")]
public sealed class MirrorTests
{
    [Theory]
    [InlineData(ArchiveFault.Down, NodeOsReason.MirrorUnreachable)]
    [InlineData(ArchiveFault.Unavailable, NodeOsReason.MirrorUnreachable)]
    [InlineData(ArchiveFault.BadSignature, NodeOsReason.SignatureInvalid)]
    [InlineData(ArchiveFault.CorruptIndexes, NodeOsReason.SignatureInvalid)]
    public async Task Security_Broken_IsSaidAndMendedByItself(ArchiveFault fault, NodeOsReason reason)
    {
        var fix = await SamplePackages.LibraryAsync("1.0-1+deb12u1");
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.LibraryAsync("1.0-1"));
        var moment = await machine.PublishAsync(c => c.Security(fix));
        machine.Archive.Break(fault, ArchiveArea.Security);

        var failure = await machine.PlanAsync(moment).ShouldFailFor(reason);
        failure.Message.ShouldContain("bookworm-security");

        machine.Archive.Break(ArchiveFault.None);
        (await machine.PlanAsync(moment)).Words().ShouldBe(["librig1 1.0-1 → 1.0-1+deb12u1 (Security)"]);
    }

    [Fact]
    public async Task Security_NobodyListens_IsUnreachable()
    {
        var fix = await SamplePackages.LibraryAsync("1.0-1+deb12u1");
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.LibraryAsync("1.0-1"));
        var moment = await machine.PublishAsync(c => c.Security(fix));
        var away = new ArchiveState([.. moment.Live.Suites.Select(s => s.Pocket == ArchivePocket.Security ? s with { Uri = "http://127.0.0.1:1/debian-security" } : s)]);

        await machine.PlanAsync(new PatchGoal(moment.Level, OrderContent.Security) { Archive = away }).ShouldFailFor(NodeOsReason.MirrorUnreachable);
    }

    [Fact]
    public async Task Suite_WithoutAnyPackage_IsReadAndBringsNothing()
    {
        var (fix, other) = (await SamplePackages.LibraryAsync("1.0-1+deb12u1"), await SamplePackages.LibraryAsync("1.0-1+deb12u2"));
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.LibraryAsync("1.0-1"));
        var none = await machine.PublishAsync(c => c.Empty(ArchivePocket.Updates).Empty(ArchivePocket.Security));

        (await machine.PatchAsync(none, OrderContent.Everything)).Verification.Complete.ShouldBeTrue();

        var (plan, verification) = await machine.PatchAsync(await machine.PublishAsync(c => c.Security(fix)), OrderContent.Everything);
        plan.Words().ShouldBe(["librig1 1.0-1 → 1.0-1+deb12u1 (Security)"]);
        verification.Complete.ShouldBeTrue();

        (await machine.PlanAsync(await machine.PublishAsync(c => c.Updates(other)), OrderContent.Everything)).Words().ShouldBe(["librig1 1.0-1+deb12u1 → 1.0-1+deb12u2 (Updates)"]);
    }

    [Fact]
    public async Task Security_EditionExpired_IsRefused()
    {
        var fix = await SamplePackages.LibraryAsync("1.0-1+deb12u1");
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.LibraryAsync("1.0-1"));
        var moment = await machine.PublishAsync(c => c.Security(fix), valid: Duration.FromDays(7));

        // Addresses of the machine's own settings: nothing pins an edition, so that its age counts.
        machine.Settings = machine.Settings with { Archives = [.. moment.Live.Suites.Select(s => new MachineArchive(s.Pocket, s.Uri, s.Suite, s.Components, LocalArchive.KeyringPath))] };

        await machine.PlanAsync(new PatchGoal(moment.Level, OrderContent.Security)).ShouldFailFor(NodeOsReason.ReleaseExpired);
    }

    [Fact]
    [Trait("Rule", "NM-48")]
    public async Task Snapshot_EditionExpired_IsTakenBecauseItIsPinned()
    {
        var fix = await SamplePackages.LibraryAsync("1.0-1+deb12u1");
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.LibraryAsync("1.0-1"));
        var moment = await machine.PublishAsync(c => c.Security(fix), valid: Duration.FromDays(7));

        (await machine.PlanAsync(new PatchGoal(moment.Level, OrderContent.Security) { Archive = moment.Snapshot })).Changes.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Mirror_BehindTheLevel_IsStale()
    {
        var (first, second) = (await SamplePackages.LibraryAsync("1.0-1+deb12u1"), await SamplePackages.LibraryAsync("1.0-1+deb12u2"));
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.LibraryAsync("1.0-1"));
        var older = await machine.PublishAsync(c => c.Security(first));
        var moment = await machine.PublishAsync(c => c.Security(second));
        machine.Archive.Serve(older);

        var failure = await machine.PlanAsync(moment).ShouldFailFor(NodeOsReason.MirrorStale);

        failure.Message.ShouldContain("bookworm-security");
    }

    [Fact]
    public async Task Mirror_PastTheLevel_IsAheadAndTheSnapshotStillServesIt()
    {
        var (first, second) = (await SamplePackages.LibraryAsync("1.0-1+deb12u1"), await SamplePackages.LibraryAsync("1.0-1+deb12u2"));
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.LibraryAsync("1.0-1"));
        var moment = await machine.PublishAsync(c => c.Security(first));
        await machine.PublishAsync(c => c.Security(second));

        await machine.PlanAsync(moment).ShouldFailFor(NodeOsReason.MirrorAhead);

        var (plan, verification) = await machine.PatchAsync(new PatchGoal(moment.Level, OrderContent.Security) { Archive = moment.Snapshot });
        plan.Words().ShouldBe(["librig1 1.0-1 → 1.0-1+deb12u1 (Security)"]);
        verification.Complete.ShouldBeTrue();
    }

    [Fact]
    public async Task Level_OfADifferentEditionOfTheSameDate_IsRefused()
    {
        var fix = await SamplePackages.LibraryAsync("1.0-1+deb12u1");
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.LibraryAsync("1.0-1"));
        var moment = await machine.PublishAsync(c => c.Security(fix));
        var other = new ArchiveState([.. moment.Live.Suites.Select(s => s with { Sha256 = new string('0', 64) })]);

        await Should.ThrowAsync<NodeOsException>(machine.PlanAsync(new PatchGoal(moment.Level, OrderContent.Security) { Archive = other }));
    }

    [Fact]
    public async Task Package_WithAWrongByte_IsNotInstalled()
    {
        var fix = await SamplePackages.LibraryAsync("1.0-1+deb12u1");
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.LibraryAsync("1.0-1"));
        var plan = await machine.PlanAsync(await machine.PublishAsync(c => c.Security(fix)));
        machine.Archive.Break(ArchiveFault.CorruptPackages);

        await machine.ApplyAsync(plan).ShouldFailFor(NodeOsReason.SignatureInvalid);

        (await machine.Machine.VersionAsync("librig1")).ShouldBe("1.0-1");
        machine.Archive.Break(ArchiveFault.None);
        await machine.ApplyAsync(plan);
        (await machine.VerifyAsync(plan)).Complete.ShouldBeTrue();
    }
}

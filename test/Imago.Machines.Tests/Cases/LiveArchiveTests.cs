using System.Collections.Immutable;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.Machines.Tests.Kit;
using Imago.NodeOs;
using Imago.NodeOs.Machine;
using Imago.NodeOs.Rig.Machines;
using Imago.NodeOs.Rig.Roots;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Machines.Tests.Cases;

/// <summary>Debian's own archives, as they are today. They move, so only what holds at any moment is asserted.</summary>
[Trait("Rule", "NM-71")]
public sealed class LiveArchiveTests
{
    private static string Security => BaseRoot.Mirror + "-security";

    [Fact]
    [Trait("Rule", "NM-34")]
    [Trait("Rule", "NM-40")]
    public async Task Security_AppliedFromDebian_ChangesWhatIsPlannedAndLeavesNothing()
    {
        FreshMachine.Needed();
        Assert.SkipUnless(await AnswersAsync(), $"skipped, because {Security} does not answer");
        await using var machine = await PatchedMachine.StartAsync();
        machine.Settings = machine.Settings with
        {
            Archives =
            [
                new MachineArchive(ArchivePocket.Release, BaseRoot.Mirror, BaseRoot.Codename, ["main"]),
                new MachineArchive(ArchivePocket.Security, Security, $"{BaseRoot.Codename}-security", ["main"]),
            ],
        };
        var now = Instant.FromDateTimeOffset(HostClock.Instance.GetUtcNow());
        var goal = new PatchGoal(new PatchLevel(Instant.FromUnixTimeSeconds(now.ToUnixTimeSeconds())), OrderContent.Security);
        var before = await machine.InstalledAsync();
        var pending = await PendingAsync(machine);

        var plan = await machine.PlanAsync(goal);
        await machine.ApplyAsync(plan);
        var verification = await machine.VerifyAsync(plan);

        // Plan ⊆ pending, installed = planned, nothing else changed, nothing left.
        plan.Changes.Select(c => $"{c.Name} {c.To}").ShouldBeSubsetOf(pending);
        verification.Complete.ShouldBeTrue(string.Join("; ", verification.Missing));
        verification.Unplanned.ShouldBeEmpty();
        var after = await machine.InstalledAsync();
        after.Where(p => before.GetValueOrDefault(p.Key) != p.Value).Select(p => p.Key.Split(':')[0] + " " + p.Value.Split(' ')[0])
            .ShouldBe(plan.Changes.Select(c => $"{c.Name} {c.To}"), ignoreOrder: true);
        before.Keys.Except(after.Keys).ShouldBeEmpty();
        (await machine.PlanAsync(goal)).IsEmpty.ShouldBeTrue();
    }

    private static async Task<bool> AnswersAsync()
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            using var answer = await client.GetAsync(new Uri($"{Security}/dists/{BaseRoot.Codename}-security/InRelease"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    // What apt itself would install of the security suite, on a machine that knows nothing but it and the release.
    private static async Task<ImmutableHashSet<string>> PendingAsync(PatchedMachine machine)
    {
        machine.Machine.Root.Write("/etc/apt/sources.list", $"deb {BaseRoot.Mirror} {BaseRoot.Codename} main\ndeb {Security} {BaseRoot.Codename}-security main\n");
        await machine.Machine.ShellAsync("apt-get -q update --error-on=any");
        var inst = await machine.Machine.ShellAsync("apt-get -s -o APT::Install-Recommends=0 dist-upgrade");

        // Inst libssl3 [3.0.15-1] (3.0.17-1~deb12u2 Debian-Security:12/oldstable-security [amd64])
        return [.. inst.Split('\n').Where(l => l.StartsWith("Inst ", StringComparison.Ordinal)).Select(l => $"{l.Split(' ')[1]} {l.Split('(')[1].Split(' ')[0]}")];
    }
}

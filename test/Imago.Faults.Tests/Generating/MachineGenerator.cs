using System.Collections.Immutable;
using Imago.Application.NodeOs;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;
using NodaTime;

namespace Imago.Faults.Tests.Generating;

/// <summary>Makes a scenario one of machines that are patched in place: the same pods, budgets, settings and windows, other nodes, channels and releases.</summary>
internal static class MachineGenerator
{
    public static readonly ImmutableArray<string> Families = ["ImagoDebian-12", "ImagoUbuntu-2204"];

    public static Scenario Over(Scenario plain)
    {
        var dice = new Dice(plain.Seed, "machines");
        var spec = Spec(plain.Spec, dice);
        var blueprint = Blueprint(plain.Blueprint, spec, dice);
        return plain with
        {
            Machines = true,
            Spec = spec,
            Blueprint = blueprint,

            // What a release breaks on machines is played by their agents.
            World = plain.World with { BadImages = [] },
            Catalog = ReleaseGenerator.Of(new Dice(plain.Seed, "machine releases"), spec, plain.HealAt).Catalog,
            Faults = plain.Faults.WithMachines(new Dice(plain.Seed, "machine faults")),

            // Agents are asked again once a day, and retry every few hours.
            Settling = plain.Settling + Duration.FromDays(4),
        };
    }

    public static NodeOsChannel Channel(Dice dice) => dice.Below(20) switch
    {
        < 11 => NodeOsChannel.SecurityPatch,
        < 16 => NodeOsChannel.NodeImage,
        < 19 => NodeOsChannel.Unmanaged,
        _ => NodeOsChannel.None,
    };

    /// <summary>The archives of a level, in the edition in which they were signed last.</summary>
    public static ArchiveState ArchiveAt(PatchLevel level, int edition) =>
        new([new SuiteState(ArchivePocket.Security, "http://mirror.example/security", "stable-security", ["main"], level.Moment, $"{edition:x8}")]);

    private static ClusterSpec Spec(ClusterSpec spec, Dice dice) => spec with
    {
        Channel = Channel(dice),
        Attached = true,
        Pools = [.. spec.Pools.Select(p => p with
        {
            Family = new ImageFamily(dice.PickFrom(Families)),
            Os = PoolOs.Ubuntu,
            Provider = ProviderCapabilities.Default with { CanSurge = false, InPlace = true },
            Settings = p.Settings with { RebootPolicy = dice.Chance(0.7) ? RebootPolicy.Coordinated : RebootPolicy.None },
        })],
    };

    private static ClusterBlueprint Blueprint(ClusterBlueprint blueprint, ClusterSpec spec, Dice dice)
    {
        var report = ReportText.Write(new AgentReport { Phase = AgentPhase.Idle, BootId = "b", At = Scenario.Start - Duration.FromDays(1) });
        var nodes = ImmutableArray.CreateBuilder<NodeBlueprint>();
        var newcomers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in blueprint.Nodes)
        {
            var family = spec.Pools.First(p => string.Equals(p.Name, node.Pool, StringComparison.Ordinal)).Family!.Name;
            var known = NodeImage.Parse(node.Image) is { IsKnown: true } image ? image.Version.Date : (LocalDate?)null;
            var machine = node with
            {
                Image = known is { } date ? ReleaseGenerator.ImageOf(family, date) : node.Image,
                Annotations = dice.Chance(0.05) ? node.Annotations : node.Annotations.SetItem(NodeAnnotations.AgentReport, report),
                RebootPending = dice.Chance(spec.Channel == NodeOsChannel.Unmanaged ? 0.6 : 0.1),
            };
            if (dice.Chance(0.06))
            {
                newcomers.Add(node.Name);
                machine = machine with { Taints = [new Taint(NodeLabels.NotPatchedTaint, "", TaintEffect.NoSchedule)] };
            }

            nodes.Add(machine);
        }

        // No work has come to a machine that has just joined.
        return blueprint with
        {
            Nodes = nodes.ToImmutable(),
            Pods = [.. blueprint.Pods.Where(p => p.NodeName is null || !newcomers.Contains(p.NodeName) || p.Owner is { Kind: "DaemonSet" })],
        };
    }
}

using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Options;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation;
using NodaTime;

namespace Imago.Cli.Forecasts;

/// <summary>What <c>forecast</c> and <c>explain</c> ask about the cluster: the same options with the same meaning.</summary>
internal sealed class ClusterArguments
{
    public Option<string?> Cluster { get; } = new("--cluster")
    {
        Description = "A dump of the cluster: kubectl get nodes,namespaces,pods,pdb,deployments,replicasets,statefulsets,daemonsets,pv,pvc -A -o json. '-' reads standard input.",
        HelpName = "DUMP.json",
    };

    public Option<string?> PoolLabel { get; } = new("--pool-label")
    {
        Description = "The node label that names the pool, where the usual ones do not.",
        HelpName = "label",
    };

    public Option<NodeOsChannel?> Channel { get; } = ChoiceOption.Create(
        "--channel", "Node OS upgrade channel [default: NodeImage].", NodeOsChannel.None, NodeOsChannel.Unmanaged, NodeOsChannel.SecurityPatch, NodeOsChannel.NodeImage);

    public Option<string?> Maintenance { get; } = new("--maintenance")
    {
        Description = "Maintenance configuration in ARM JSON [default: none, work may start at any time].",
        HelpName = "FILE",
    };

    public Option<string?> Target { get; } = new("--target")
    {
        Description = "The image version to go to instead of the newest: 202607.02.0, a whole image name, a patch level, or any text where the catalogue does not know the images.",
        HelpName = "VERSION",
    };

    public Option<IntOrPercent?> MaxSurge { get; } = ShareOption.Create("--max-surge", "Extra nodes per pool while upgrading [default: 10% from Kubernetes 1.32 on, else 1].");

    public Option<IntOrPercent?> MaxUnavailable { get; } = ShareOption.Create("--max-unavailable", "Nodes of a pool that may be missing while upgrading in place, without surge [default: 0].");

    public Option<IntOrPercent?> MaxBlockedNodes { get; } = ShareOption.Create("--max-blocked-nodes", "Quarantined nodes before the upgrade stops [default: as the surge].");

    public Option<Duration?> DrainTimeout { get; } = DurationOption.Create("--drain-timeout", "How long draining one node may take, 5m to 24h [default: 30m].", plainMinutes: true);

    public Option<Duration?> Soak { get; } = DurationOption.Create("--soak", "Pause between drain and reimage, 0 to 30m [default: 0].", plainMinutes: true);

    public Option<UndrainableNodeBehavior?> Undrainable { get; } = ChoiceOption.Create(
        "--undrainable", "Nodes that cannot be drained: back to work and stop, or quarantine and go on [default: Schedule].", UndrainableNodeBehavior.Schedule, UndrainableNodeBehavior.Cordon);

    public Option<BarePods?> BarePods { get; } = ChoiceOption.Create(
        "--bare-pods", "Pods without a controller, which nobody makes again: evict them, or keep them and their node as it is [default: Evict].", Domain.Rollouts.Settings.BarePods.Evict, Domain.Rollouts.Settings.BarePods.Keep);

    public Option<WindowClose?> WindowClose { get; } = ChoiceOption.Create(
        "--window-close", "What is finished after a window closes: the nodes in flight, or the pool [default: FinishNode].", Domain.Rollouts.Settings.WindowClose.FinishNode, Domain.Rollouts.Settings.WindowClose.FinishPool);

    public Option<RebootPolicy?> RebootPolicy { get; } = ChoiceOption.Create(
        "--reboot-policy", "Nodes that wait for a reboot under channel Unmanaged: left to others, or drained and rebooted in the window [default: None].", Domain.Rollouts.Settings.RebootPolicy.None, Domain.Rollouts.Settings.RebootPolicy.Coordinated);

    public Option<Canary?> Canary { get; } = ChoiceOption.Create(
        "--canary", "Whether one node tries a new target before the others [default: FirstNode].", Domain.Rollouts.Settings.Canary.FirstNode, Domain.Rollouts.Settings.Canary.None);

    public Option<Instant?> From { get; } = InstantOption.Create("--from", "The moment at which the cluster is as dumped [default: now].");

    public Option<string?> Region { get; } = new("--region")
    {
        Description = "The region; releases reach it through the release rings [default: releases count from their publication].",
        HelpName = "region",
    };

    public Option<string?> World { get; } = new("--world")
    {
        Description = "World settings in JSON: durations, bad images, spare capacity. docs/concepts/timing-model.md has them all.",
        HelpName = "FILE",
    };

    public Option<Seed> Seed { get; } = SeedOption.Create();

    private Option[] All =>
        [Cluster, PoolLabel, Channel, Maintenance, Target, MaxSurge, MaxUnavailable, MaxBlockedNodes, DrainTimeout, Soak, Undrainable, BarePods, WindowClose, RebootPolicy, Canary, From, Region, World, Seed];

    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    /// <summary>The cluster of the server that is asked about; null when it is a dump.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="name">What is named beside the options.</param>
    /// <param name="command">For examples.</param>
    /// <param name="also">Options that the server takes, too.</param>
    /// <exception cref="UsageException">Neither is named, or an option that only a dump has.</exception>
    public string? NameOnServer(ParseResult parsed, string? name, string command, params Option[] also)
    {
        if (name is not null && Typos.ComplaintAbout(name, parsed.CommandResult.Command.Options.Select(o => o.Name)) is { } typo)
        {
            throw new UsageException(typo);
        }

        if (parsed.GetValue(Cluster) is not null)
        {
            return null;
        }

        if (name is null)
        {
            throw new UsageException($"Which cluster? Name a dump with --cluster DUMP.json, or a cluster of the server: imago {command} NAME -g GROUP.");
        }

        // A server knows its clusters: what a dump has to be told about is settled there.
        var foreign = All.Except(also).Where(o => parsed.GetResult(o) is { Implicit: false }).Select(o => o.Name).ToList();
        return foreign.Count == 0
            ? name
            : throw new UsageException($"{string.Join(", ", foreign)}: only for a dump (--cluster). The server's cluster '{name}' has its own settings.");
    }

    /// <summary>The settings that the options ask for.</summary>
    /// <exception cref="UsageException">They are out of range, or make no sense together.</exception>
    public UpgradeSettings SettingsOf(ParseResult parsed)
    {
        var settings = new UpgradeSettings
        {
            MaxSurge = parsed.GetValue(MaxSurge),
            MaxUnavailable = parsed.GetValue(MaxUnavailable),
            MaxBlockedNodes = parsed.GetValue(MaxBlockedNodes),
            DrainTimeout = parsed.GetValue(DrainTimeout) ?? UpgradeSettings.DefaultDrainTimeout,
            NodeSoak = parsed.GetValue(Soak) ?? Duration.Zero,
            Undrainable = parsed.GetValue(Undrainable) ?? UndrainableNodeBehavior.Schedule,
            BarePods = parsed.GetValue(BarePods) ?? Domain.Rollouts.Settings.BarePods.Evict,
            WindowClose = parsed.GetValue(WindowClose) ?? Domain.Rollouts.Settings.WindowClose.FinishNode,
            RebootPolicy = parsed.GetValue(RebootPolicy) ?? Domain.Rollouts.Settings.RebootPolicy.None,
            Canary = parsed.GetValue(Canary) ?? Domain.Rollouts.Settings.Canary.FirstNode,
        };
        var problems = UpgradeSettingsValidation.Check(settings);
        return problems.IsEmpty
            ? settings
            : throw new UsageException(string.Join('\n', problems.Select(p => $"{NameOnTheCommandLine(p.Path)}: {p.Message}")));
    }

    // The settings are validated by their names on Azure's wire.
    private string NameOnTheCommandLine(string property) => property switch
    {
        "maxSurge" => MaxSurge.Name,
        "maxUnavailable" => MaxUnavailable.Name,
        "maxBlockedNodes" => MaxBlockedNodes.Name,
        "drainTimeoutInMinutes" => DrainTimeout.Name,
        "nodeSoakDurationInMinutes" => Soak.Name,
        _ => property,
    };
}

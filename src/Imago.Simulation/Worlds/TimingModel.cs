using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>
/// How long things take in the simulated world. Every value is an assumption that a user can replace with one file; docs/concepts/timing-model.md says where
/// the defaults come from.
/// </summary>
public sealed record TimingModel
{
    /// <summary>From the request for a surge node until it joins the cluster.</summary>
    public Duration SurgeProvision { get; init; } = Duration.FromSeconds(150);

    /// <summary>From the request for a reimage of an empty node until it joins again.</summary>
    public Duration Reimage { get; init; } = Duration.FromSeconds(180);

    /// <summary>From joining until Ready.</summary>
    public Duration NodeBoot { get; init; } = Duration.FromSeconds(30);

    /// <summary>From the moment at which a machine goes down for a reboot until it is Ready again.</summary>
    public Duration NodeReboot { get; init; } = Duration.FromSeconds(90);

    /// <summary>From the request to delete a node until it is gone.</summary>
    public Duration NodeDelete { get; init; } = Duration.FromSeconds(60);

    /// <summary>From the end of a pod until its volumes are detached; a reimage waits for it (UP-6).</summary>
    public Duration VolumeDetach { get; init; } = Duration.FromSeconds(20);

    /// <summary>How often the agent on a node looks for an order (CH-35).</summary>
    public Duration AgentPoll { get; init; } = Duration.FromMinutes(10);

    /// <summary>How long a live patch takes once begun.</summary>
    public Duration LivePatch { get; init; } = Duration.FromMinutes(2);

    /// <summary>How long a pod takes to stop when asked; never longer than its grace period.</summary>
    public Duration PodStop { get; init; } = Duration.FromSeconds(10);

    /// <summary>From being bound to a node until Ready: image pull, start, probes.</summary>
    public Duration PodStart { get; init; } = Duration.FromSeconds(20);

    /// <summary>The same for pods of DaemonSets.</summary>
    public Duration DaemonPodStart { get; init; } = Duration.FromSeconds(10);

    /// <summary>How long a controller takes to create a missing pod.</summary>
    public Duration ControllerReaction { get; init; } = Duration.FromMilliseconds(500);

    /// <summary>How long the scheduler takes to look at a pending pod.</summary>
    public Duration SchedulerReaction { get; init; } = Duration.FromMilliseconds(200);

    /// <summary>How long a budget's status lags behind its pods.</summary>
    public Duration BudgetReaction { get; init; } = Duration.FromMilliseconds(200);

    /// <summary>How long a pod of a node that stopped reporting stays before it is deleted.</summary>
    public Duration NotReadyEviction { get; init; } = Duration.FromMinutes(5);

    /// <summary>Durations vary evenly by up to this share in both directions, drawn from the seed; 0 to less than 1.</summary>
    public double Spread { get; init; } = 0.1;

    /// <summary>
    /// What durations are multiplied by that workloads state themselves. They are the workload's own and no assumption, so it is 1 but where simulated time is compressed: there
    /// everything has to pass equally fast.
    /// </summary>
    public double Pace { get; init; } = 1;

    /// <summary>Every duration times a factor; spread and pace stay.</summary>
    public TimingModel Times(double factor) => this with
    {
        SurgeProvision = SurgeProvision * factor,
        Reimage = Reimage * factor,
        NodeBoot = NodeBoot * factor,
        NodeReboot = NodeReboot * factor,
        NodeDelete = NodeDelete * factor,
        VolumeDetach = VolumeDetach * factor,
        AgentPoll = AgentPoll * factor,
        LivePatch = LivePatch * factor,
        PodStop = PodStop * factor,
        PodStart = PodStart * factor,
        DaemonPodStart = DaemonPodStart * factor,
        ControllerReaction = ControllerReaction * factor,
        SchedulerReaction = SchedulerReaction * factor,
        BudgetReaction = BudgetReaction * factor,
        NotReadyEviction = NotReadyEviction * factor,
    };

    /// <summary>
    /// One duration as it turns out, to the millisecond. It depends on who draws and not on how often anybody drew before: trebled durations give trebled draws.
    /// </summary>
    public Duration Draw(Duration nominal, Seed subject) =>
        Duration.FromMilliseconds(Math.Round((nominal * (1 + (Spread * ((2 * subject.Fraction) - 1)))).TotalMilliseconds));
}

using Imago.Agent.Deciding;
using Imago.Agent.Settings;
using Imago.Agent.State;
using Imago.Agent.Working;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Configuration;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Transport;
using Imago.Kubernetes.Watching;
using Imago.NodeOs;
using Imago.NodeOs.Machine;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Agent.Serving;

/// <summary>What a service is made of.</summary>
/// <param name="Settings">What is set.</param>
/// <param name="Root">The machine's file system.</param>
/// <param name="Machine">What is done to the machine.</param>
/// <param name="MachineId">Identity of the machine's installation.</param>
/// <param name="Node">Name of the node.</param>
/// <param name="Version">Version of the agent.</param>
/// <param name="Time">The clock.</param>
internal sealed record AgentParts(AgentSettings Settings, MachineRoot Root, IMachine Machine, string MachineId, string Node, string Version, TimeProvider Time)
{
    /// <summary>Opens the way to the cluster; null: there is none yet.</summary>
    public required Func<(ClusterAccess? Access, string WaitsFor)> Door { get; init; }

    /// <summary>Whether the service ought to begin anew; asked only when there is nothing left to do or to say.</summary>
    public Func<bool> IsOutdated { get; init; } = () => false;
}

/// <summary>
/// The service: it watches its own node, carries out what is ordered there, and says on the node how the machine is. It connects outwards only, and to nothing but the API
/// server; between orders it does nothing but watch.
/// </summary>
/// <remarks>Rules: NM-4, NM-30, NM-33, CH-34, CH-35, CH-37.</remarks>
internal sealed partial class AgentService(AgentParts parts, ILogger log)
{
    // CH-35: how often files are looked at that may have changed without any order.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(10);

    // NM-4: how often a kubeconfig is looked for that is not there yet.
    private static readonly TimeSpan DoorEvery = TimeSpan.FromSeconds(3);

    // After that long without a connection the identity is read again: the kubelet's certificate is renewed on disk.
    private static readonly TimeSpan DoorShutAfter = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan BusyWait = TimeSpan.FromSeconds(5);

    private readonly AgentMemory _memory = new(parts.Root, parts.Settings.StateDirectory, parts.MachineId);
    private readonly MachineLooks _looks = new(parts.Root);
    private readonly OsRelease _system = OsRelease.Of(parts.Root);

    private bool _beginsAnew;
    private long? _gaveBackAt;

    private Instant Now => Instant.FromDateTimeOffset(parts.Time.GetUtcNow());

    /// <summary>Works until it is cancelled, or until it ought to begin anew.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        LogStarting(parts.Node, _system.ToString(), parts.Version);
        while (!cancellation.IsCancellationRequested && !_beginsAnew)
        {
            var access = await OpenAsync(cancellation);
            using var client = new KubernetesClient(access, new KubernetesClientOptions { Time = parts.Time, UserAgent = $"imago-agent/{parts.Version}", LongestAnswer = 8L << 20 });
            await RunSessionAsync(client, cancellation);
        }
    }

    private async Task<ClusterAccess> OpenAsync(CancellationToken cancellation)
    {
        string? said = null;
        while (true)
        {
            string? problem;
            try
            {
                var (access, waitsFor) = parts.Door();
                if (access is not null)
                {
                    LogConnecting(access.ToString());
                    return access;
                }

                problem = $"Waiting for {waitsFor}, which a machine gets when it joins a cluster.";
            }
            catch (Exception failure) when (failure is KubeconfigException or CredentialException)
            {
                problem = failure.Message;
            }

            if (problem != said)
            {
                LogWaitingForDoor(problem);
                said = problem;
            }

            await Task.Delay(DoorEvery, parts.Time, cancellation);
        }
    }

    private async Task RunSessionAsync(KubernetesClient client, CancellationToken cancellation)
    {
        var follower = new NodeFollower(parts.Node);
        var reporter = new NodeReporter(client, follower, parts.Node, _system, parts.Version, parts.Time, log);
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var informer = new Informer<KubernetesNode>(client, ResourceTypes.Nodes, follower, new InformerOptions { FieldSelector = $"metadata.name={parts.Node}", PageSize = 1 });
        var watching = informer.RunAsync(session.Token);
        try
        {
            var (lostAt, trouble) = ((long?)null, (string?)null);
            while (true)
            {
                var until = await PassAsync(follower, reporter, cancellation);
                if (_beginsAnew)
                {
                    return;
                }

                await follower.WaitAsync(Shorter(until, reporter.RetryAt), parts.Time, cancellation);
                if (informer.State.Trouble != trouble)
                {
                    trouble = informer.State.Trouble;
                    LogTrouble(trouble ?? "none any more");
                }

                lostAt = informer.State.Connected ? null : lostAt ?? parts.Time.GetTimestamp();
                if (lostAt is { } lost && parts.Time.GetElapsedTime(lost) > DoorShutAfter)
                {
                    return;
                }
            }
        }
        finally
        {
            await session.CancelAsync();
            await watching;
        }
    }

    /// <summary>Looks, decides, does: one step, and says what came of it.</summary>
    /// <returns>When to look again; null: when something changes.</returns>
    private async Task<Instant?> PassAsync(NodeFollower follower, NodeReporter reporter, CancellationToken cancellation)
    {
        while (follower.Node is { } node)
        {
            _memory.Refresh();
            var wishes = NodeWishes.Of(node.Metadata.Annotations) with { TakesWork = TakesWork(node) };
            var view = new AgentView(wishes, _memory.Current, parts.Machine.BootId, parts.Node, Now) { Pace = parts.Settings.Pace };
            var step = AgentPlanner.Decide(view);
            var rests = step is AgentStep.Wait;
            if (rests && !_looks.IsNew)
            {
                await reporter.TellAsync(_memory.Current, view.BootId, cancellation);

                GiveBack();

                // NM-59: a fix of a library that the agent uses is not in use before it has begun anew.
                if (reporter.RetryAt is null && parts.IsOutdated())
                {
                    LogBeginningAnew();
                    _beginsAnew = true;
                }

                return ((AgentStep.Wait)step).Until;
            }

            using var work = TakeWork();
            if (work is null)
            {
                return Now + Duration.FromTimeSpan(BusyWait);
            }

            // Whoever had the lock before may have changed the state.
            var before = _memory.Current;
            _memory.Refresh();
            if (!before.Equals(_memory.Current))
            {
                continue;
            }

            if (rests)
            {
                await LookAsync(cancellation);
            }
            else
            {
                await DoAsync(step, wishes, reporter, cancellation);
            }

            await reporter.TellAsync(_memory.Current, parts.Machine.BootId, cancellation);
        }

        return null;
    }

    private async Task DoAsync(AgentStep step, NodeWishes wishes, NodeReporter reporter, CancellationToken cancellation)
    {
        LogDoing(step.ToString());
        var tools = new AgentTools(parts.Machine, _memory, parts.Node, parts.Time)
        {
            Progress = new LoggedProgress(log),
            GuardedServices = parts.Settings.GuardedServices,
            RestartServices = parts.Settings.RestartServices,
            Pace = parts.Settings.Pace,
            Tell = c => reporter.TellAsync(_memory.Current, parts.Machine.BootId, c),
        };
        await new AgentWork(tools).DoAsync(step, wishes, cancellation);
        var state = _memory.Current;
        LogDone(state.Phase, state.Order?.Order.Level?.ToString() ?? "-", state.Reason ?? "-", state.Message ?? "");
        if (!_memory.IsKept)
        {
            LogNotKept(_memory.Path);
        }

        _looks.Note();
        _gaveBackAt = null;
    }

    // What reading packages and planning took is not kept while nothing happens: an agent rests nearly always, on every node (ADR 31).
    private void GiveBack()
    {
        if (_gaveBackAt is not { } last || parts.Time.GetElapsedTime(last) > LookEvery)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            _gaveBackAt = parts.Time.GetTimestamp();
        }
    }

    // CH-13: a reboot that the distribution's updater left pending is seen here, and nothing is done about it.
    private async Task LookAsync(CancellationToken cancellation)
    {
        _looks.Note();
        _gaveBackAt = null;
        try
        {
            var (probe, findings) = (await parts.Machine.Driver.ProbeAsync(cancellation), await parts.Machine.Driver.VerdictAsync(cancellation));
            _memory.Keep(_memory.Current with { Inventory = probe.Inventory, Verdict = findings.Verdict });
        }
        catch (Exception failure) when (failure is NodeOsException or IOException or UnauthorizedAccessException)
        {
            // A disk that is full is a finding, not an end: without the agent nobody would hear of it.
            LogNotRead(failure.Message);
        }
    }

    private static bool TakesWork(KubernetesNode node) => node.Spec.Unschedulable != true && node.Spec.Taints?.Any(t => t.Key == NodeLabels.NotPatchedTaint) != true;

    private MachineLock? TakeWork()
    {
        try
        {
            return MachineLock.TryTake(parts.Root, parts.Settings.StateDirectory, "work");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogNoLock(failure.Message);
            return null;
        }
    }

    private TimeSpan Shorter(Instant? until, Instant? retry)
    {
        var wait = LookEvery;
        foreach (var at in new[] { until, retry })
        {
            if (at is { } moment)
            {
                var left = (moment - Now).ToTimeSpan();
                wait = left <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : left < wait ? left : wait;
            }
        }

        return wait;
    }
}

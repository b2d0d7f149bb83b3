using System.Globalization;
using Imago.Application.Ports;
using Imago.Application.Reconciling;
using Imago.Domain.Images;
using Imago.Faults.Tests.Checking;
using Imago.Faults.Tests.Generating;
using Imago.Faults.Tests.Injecting;
using Imago.Faults.Tests.Planting;
using Imago.Simulation;
using Imago.Simulation.Runs;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Faults.Tests.Running;

/// <summary>How a run ended.</summary>
/// <param name="Calls">Calls that the first process made before it ended, or until the end.</param>
internal sealed record RunResult(
    Scenario Scenario, Violation? Violation, IReadOnlyList<string> Lines, IReadOnlySet<string> Seen, long Steps, int Rollouts, int Calls);

/// <summary>
/// One run: a cluster, its intent and its faults, all from one seed; the production reconciler in as many processes as it takes; every check after every step.
/// Faults stop at the heal; after that everything has to converge.
/// </summary>
internal sealed class FaultRun
{
    private const long MostSteps = 600_000;

    private readonly Scenario _scenario;
    private readonly SimulatedWorld _world;
    private readonly Intent _intent;
    private readonly Truth _truth;
    private readonly WorldTroubles _troubles;
    private readonly PlantedBug? _bug;
    private readonly CrashPoint? _crash;
    private readonly List<(ReconcilerHost Host, CallFaults Faults)> _alive = [];
    private CallFaults? _first;
    private Instant _diedAt;
    private int _edition;
    private int _processes;
    private long _passes;

    private FaultRun(Scenario scenario, PlantedBug? bug, CrashPoint? crash, bool tells)
    {
        (_scenario, _bug, _crash, Narrative) = (scenario, bug, crash, tells ? new Narrative() : null);
        _world = new SimulatedWorld(bug?.Around(scenario.Blueprint) ?? scenario.Blueprint, scenario.World, scenario.Seed.Fork("world"), Scenario.Start, Narrative);
        _intent = new Intent(scenario.Spec, Known(Scenario.Start), Scenario.Start);
        _truth = new Truth(scenario, _world, _intent);
        Checker = new Checker(_truth);
        _troubles = new WorldTroubles(scenario, _truth, TellEveryHost, Tell) { ArchivesSigned = ArchivesSigned };
        Checker.Machines.LastAtWork = () => _alive.Count > 0 ? Instant.MaxValue : _diedAt;
        Announce();
        StartProcess();
        if (scenario.Faults.TwoProcesses)
        {
            StartProcess();
        }
    }

    public Checker Checker { get; }

    public Narrative? Narrative { get; }

    /// <summary>The run of a seed.</summary>
    public static RunResult Of(ulong seed, PlantedBug? bug = null, bool tells = false) => Of(Scenario.Of(new Seed(seed)), bug, null, tells);

    /// <summary>The run of a seed with machines that are patched in place.</summary>
    public static RunResult OfMachines(ulong seed, PlantedBug? bug = null, bool tells = false) => Of(Scenario.OfMachines(new Seed(seed)), bug, null, tells);

    /// <summary>The same with nothing going wrong but that its first process ends at a call.</summary>
    public static RunResult OfMachinesWithCrash(ulong seed, CrashPoint? crash, bool tells = false) =>
        Of(Scenario.OfMachines(new Seed(seed)) with { Faults = FaultSet.None }, null, crash, tells);

    /// <summary>The run of a seed with nothing going wrong but that its first process ends at a call.</summary>
    public static RunResult WithCrash(ulong seed, CrashPoint? crash, bool tells = false) => Of(Scenario.Of(new Seed(seed)) with { Faults = FaultSet.None }, null, crash, tells);

    private static RunResult Of(Scenario scenario, PlantedBug? bug, CrashPoint? crash, bool tells)
    {
        // What awaits goes on at once, on this thread: nothing may carry it elsewhere.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return new FaultRun(scenario, bug, crash, tells).Go();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    public void Tell(string text) => Narrative?.Tell(_world.Time.Now, text);

    private RunResult Go()
    {
        try
        {
            RunUntil(_scenario.HealAt);
            Heal();
            for (var until = _scenario.HealAt; until < _scenario.HealAt + _scenario.Settling && _truth.Violation is null;)
            {
                until += Duration.FromHours(1);
                RunUntil(until);
                Checker.Progress.Settling();
            }

            if (_truth.Violation is null)
            {
                Checker.End.Check(Checker.Progress.Last?.Input, Checker.Progress.Last?.Plan);
            }
        }
        catch (InvalidOperationException bug)
        {
            // A planner or shell that throws has met a state that it thought impossible.
            _truth.Violated(9, $"it threw: {bug}");
        }

        if (_truth.Violation is { } violation)
        {
            Tell(violation.ToString());
        }

        return new RunResult(_scenario, _truth.Violation, Narrative?.Lines ?? [], Checker.Coverage.Seen, _world.Time.Happened, Checker.Progress.Rollouts, _first!.Calls);
    }

    private void RunUntil(Instant limit)
    {
        while (_truth.Violation is null && _world.Time.Step(limit))
        {
            Checker.Stepped();
            Checker.Progress.Passed(_passes + _alive.Sum(p => p.Host.Passes));
            if (_world.Time.Happened > MostSteps)
            {
                _truth.Violated(10, $"the run does not come to rest: {MostSteps} steps");
            }
        }
    }

    private void Heal()
    {
        if (_truth.Violation is not null)
        {
            return;
        }

        Tell("heal");
        foreach (var (_, faults) in _alive)
        {
            faults.Healed = true;
        }

        // Two processes may go on side by side, but one of them would only ever ask for the lease.
        for (var i = _alive.Count - 1; i > 0; i--)
        {
            Stop(_alive[i].Host);
        }

        _troubles.Heal();
        TellEveryHost();
    }

    private void TellEveryHost()
    {
        foreach (var (host, _) in _alive)
        {
            host.TellOfChange();
        }
    }

    private void StartProcess()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"process{++_processes}");
        ReconcilerHost? host = null;
        var faults = new CallFaults(_world.Time, _scenario.Faults, _scenario.Seed.Fork("calls").Fork(_processes), _processes == 1 ? _crash : null, () => Died(host!));
        _first ??= faults;
        IClusterConnection connection = new RecordingConnection(_world.Connect(), Checker, name);
        if (_scenario.Faults.ViewLag > Duration.Zero)
        {
            connection = new LaggingConnection(connection, _world, _scenario.Faults.ViewLag, () => host!.TellOfChange());
        }

        connection = new FaultyConnection(connection, faults);
        INodeProvider provider = new FaultyProvider(new RecordingProvider(_world.Provider, Checker, name), faults);
        IDecider decider = PlannerDecider.Instance;
        if (_bug is not null)
        {
            (connection, provider, decider) = (_bug.Around(connection, _truth), _bug.Around(provider, name), _bug.Around(decider));
        }

        var options = new ReconcilerOptions { Holder = name };
        var reconciler = new ClusterReconciler(connection, provider, _world.Clock, options, new Listener(name, this), decider);
        host = new ReconcilerHost(_world, reconciler, () => _intent.Spec, () => _intent.Catalog, options.ChangeCoalescing);
        faults.Healed = _world.Time.Now >= _scenario.HealAt;
        _alive.Add((host, faults));
        Tell($"{name} starts");
        host.Start();
    }

    private void Died(ReconcilerHost host)
    {
        Tell("a process dies");
        _diedAt = _world.Time.Now;
        Stop(host);
        var back = new Dice(_scenario.Seed.Fork("restart").Fork(_processes)).Seconds(1, 120);
        _world.Time.After(back, StartProcess);
    }

    private void Stop(ReconcilerHost host)
    {
        host.Stop();
        _passes += host.Passes;
        _alive.RemoveAll(p => p.Host == host);
    }

    private ReleaseCatalog Known(Instant now)
    {
        if (_scenario is { CatalogKnowsTheFuture: true, Machines: false })
        {
            return _scenario.Catalog;
        }

        var catalog = _scenario.Catalog;
        var all = _scenario.CatalogKnowsTheFuture;
        return ReleaseCatalog.Of(
            catalog.Families.SelectMany(f => catalog.ImagesOf(f)).Where(r => all || r.PublishedAt <= now).Select(r => !all && r.WithdrawnAt > now ? r with { WithdrawnAt = null } : r),
            catalog.Tracks.SelectMany(t => catalog.PatchesOf(t)).Where(r => all || r.PublishedAt <= now)
                .Select(r => _scenario.Faults.ArchivesMove ? r with { Archive = MachineGenerator.ArchiveAt(r.Level, _edition) } : r));
    }

    private void ArchivesSigned()
    {
        _intent.Edition = ++_edition;
        _intent.Catalog = Known(_world.Time.Now);
        TellEveryHost();
    }

    private void Announce()
    {
        if (_scenario.CatalogKnowsTheFuture)
        {
            return;
        }

        var catalog = _scenario.Catalog;
        var news = catalog.Families.SelectMany(f => catalog.ImagesOf(f)).SelectMany(r => new[] { r.PublishedAt, r.WithdrawnAt ?? Instant.MinValue })
            .Concat(catalog.Tracks.SelectMany(t => catalog.PatchesOf(t)).Select(r => r.PublishedAt));
        foreach (var at in news.Where(a => a > Scenario.Start).Distinct().Order())
        {
            _world.Time.At(at, () =>
            {
                _intent.Catalog = Known(at);
                Tell("news in the catalogue");
                TellEveryHost();
            });
        }
    }
}

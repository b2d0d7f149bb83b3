using Imago.Application.Reconciling;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using Imago.Simulation;
using Imago.Simulation.Forecasts;
using Imago.Simulation.Runs;
using Imago.Simulation.Tracing;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Cli.Demo;

/// <summary>Plays a story: the production reconciler in a simulated cluster, told as it goes.</summary>
internal sealed class DemoRun : ITraceSink
{
    // A drain that takes longer than this has something to explain.
    private static readonly Duration Patience = Duration.FromMinutes(2);

    private readonly DemoStory _story;
    private readonly ReleaseCatalog _catalog;
    private readonly SimulatedWorld _world;
    private readonly ReconcilerHost _host;
    private readonly WindowBell _windows;
    private readonly BudgetWatch _budgets = new();
    private readonly HashSet<(string Node, ReasonCode Code)> _explained = [];
    private INarrator? _narrator;
    private TraceEvent? _untoldOpening;

    public DemoRun(DemoStory story, ReleaseCatalog catalog)
    {
        _story = story;
        _catalog = catalog;
        _world = new SimulatedWorld(story.Blueprint, new WorldSettings(), new Seed(7), story.Start, this);
        _windows = new WindowBell(_world, story.Spec.Window?.Times, this);
        var options = new ReconcilerOptions { Holder = "demo" };
        _host = new ReconcilerHost(
            _world, new ClusterReconciler(_world.Connect(), _world.Provider, _world.Clock, options, _budgets), () => story.Spec, () => catalog, options.ChangeCoalescing);
    }

    public DemoStory Story => _story;

    public int Evictions { get; private set; }

    /// <summary>Pods deleted although a budget objected.</summary>
    public int Forced { get; private set; }

    public int NodesDone { get; private set; }

    public int NodesStartedOutsideWindows { get; private set; }

    public IEnumerable<ForecastBudget> Budgets => _budgets.Until(_world.Time.Now);

    public IReadOnlyDictionary<string, NodeExplanation> Explanations => FirstPass.Explain(_world, _story.Spec, _catalog);

    public async Task PlayAsync(INarrator narrator, CancellationToken cancellation)
    {
        _narrator = narrator;
        _host.Start();
        AnnounceReleases();
        var before = _world.Time.Now;
        while (_world.Time.Step(_story.End))
        {
            cancellation.ThrowIfCancellationRequested();
            if (_world.Time.Now > before)
            {
                ExplainSlowDrains();
                await narrator.TimeMovedAsync(before, _world.Time.Now, cancellation);
                before = _world.Time.Now;
            }
        }
    }

    public void Write(TraceEvent happened)
    {
        switch (happened.Kind)
        {
            case TraceKind.PodEvicted:
                Evictions++;
                break;
            case TraceKind.PodForced:
                Evictions++;
                Forced++;
                break;
            case TraceKind.NodeFinished when happened.Result == NodeResult.Upgraded:
                NodesDone++;
                break;
            case TraceKind.NodeStarted when happened.Window is null || !_windows.IsOpenAt(happened.At):
                NodesStartedOutsideWindows++;
                break;
        }

        Tell(happened);
    }

    // Windows in which nothing happens are not worth a line: the opening is told with the first thing that happens in it.
    private void Tell(TraceEvent happened)
    {
        if (happened.Kind == TraceKind.WindowOpened)
        {
            _untoldOpening = happened;
            return;
        }

        if (_untoldOpening is { } opening)
        {
            _untoldOpening = null;
            if (happened.Kind == TraceKind.WindowClosed)
            {
                return;
            }

            _narrator?.Tell(opening);
        }

        _narrator?.Tell(happened);
    }

    // Release dates are the catalogue's own; the planner sees them by itself, this only tells the audience.
    private void AnnounceReleases()
    {
        foreach (var family in _story.Spec.Pools.Select(p => p.Family).OfType<ImageFamily>().Distinct())
        {
            var releases = _story.Spec.Channel == NodeOsChannel.SecurityPatch && family.PatchTrack is { } track
                ? _catalog.PatchesOf(track).Select(r => (r.PublishedAt, $"Security patch level {r.Level} is released{(r.NeedsReboot ? "; it needs a reboot" : "; no reboot needed")}."))
                : _catalog.ImagesOf(family).Select(r => (r.PublishedAt, $"Node image {r.Image} is released."));
            foreach (var (at, text) in releases.Where(r => r.PublishedAt > _story.Start && r.PublishedAt <= _story.End))
            {
                _world.Time.At(at, () => _narrator!.Explain(at, text));
            }
        }
    }

    private void ExplainSlowDrains()
    {
        foreach (var record in _world.Records)
        {
            foreach (var (name, progress) in record.Active)
            {
                if (progress.Step == NodeStep.Draining && _world.Time.Now - progress.Since > Patience && _explained.Add((name, ReasonCode.BudgetBlocks))
                    && Explanations.GetValueOrDefault(name)?.Reasons.FirstOrDefault(r => r.Code == ReasonCode.BudgetBlocks) is { } reason)
                {
                    _narrator!.Explain(_world.Time.Now, $"{name} waits: {reason.Message}");
                }
            }
        }
    }
}

using Imago.Application.Reconciling;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Runs;

/// <summary>
/// Runs a reconciler in the simulated world as a server would: a pass when it asked to be woken or when something changed, changes coalesced, passes never
/// overlapping.
/// </summary>
public sealed class ReconcilerHost
{
    private readonly SimulatedWorld _world;
    private readonly ClusterReconciler _reconciler;
    private readonly Func<ClusterSpec> _spec;
    private readonly Func<ReleaseCatalog> _catalog;
    private readonly Duration _coalescing;
    private Instant? _wakeAt;
    private bool _passing;
    private bool _changedMeanwhile;
    private bool _stopped;

    public ReconcilerHost(SimulatedWorld world, ClusterReconciler reconciler, Func<ClusterSpec> spec, Func<ReleaseCatalog> catalog, Duration coalescing)
    {
        _world = world;
        _reconciler = reconciler;
        _spec = spec;
        _catalog = catalog;
        _coalescing = coalescing;
        world.Changed += OnChanged;
    }

    /// <summary>Passes made.</summary>
    public long Passes { get; private set; }

    /// <summary>When the next pass is planned; null while none is.</summary>
    public Instant? WakeAt => _wakeAt;

    /// <summary>Whether nothing will make it pass again by itself.</summary>
    public bool IsIdle => _wakeAt is null && !_passing;

    /// <summary>Begins: the first pass comes at once.</summary>
    public void Start() => WakeBy(_world.Time.Now);

    /// <summary>Somebody changed what is asked of the cluster.</summary>
    public void TellOfChange() => OnChanged();

    /// <summary>The process ends, whatever it was doing.</summary>
    public void Stop()
    {
        _stopped = true;
        _world.Changed -= OnChanged;
    }

    private void OnChanged()
    {
        if (_passing)
        {
            _changedMeanwhile = true;
        }
        else
        {
            WakeBy(_world.Time.Now + _coalescing);
        }
    }

    private void WakeBy(Instant instant)
    {
        if (_stopped || _wakeAt <= instant)
        {
            return;
        }

        _wakeAt = instant;
        _world.Time.At(instant, () =>
        {
            // A wake that an earlier one has overtaken.
            if (_wakeAt == instant && !_stopped)
            {
                _wakeAt = null;
                Begin();
            }
        });
    }

    // Everything in the world completes on the loop's thread, so the pass goes on there, too; a failure is thrown by the loop.
    private async void Begin()
    {
        if (_passing)
        {
            _changedMeanwhile = true;
            return;
        }

        _passing = true;
        Passes++;
        try
        {
            var wake = await _reconciler.ReconcileAsync(_spec(), _catalog(), CancellationToken.None);
            _passing = false;
            if (wake is { } at)
            {
                // The reconciler's clock may be set; it asked for a wait, and a wait it gets. A wake that has passed is for now, but not for this very moment.
                WakeBy(_world.Time.Now + Duration.Max(at - Instant.FromDateTimeOffset(_world.Clock.GetUtcNow()), Duration.FromMilliseconds(1)));
            }

            if (_changedMeanwhile)
            {
                _changedMeanwhile = false;
                WakeBy(_world.Time.Now + _coalescing);
            }
        }
        catch (Exception failure) when (!_stopped)
        {
            _world.Time.Fail(failure);
        }
        catch (Exception) when (_stopped)
        {
            // The process has ended; nobody is left to hear of it.
        }
    }
}

using Imago.Application.Ports;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Faults.Tests.Checking;
using Imago.Faults.Tests.Generating;
using Imago.Faults.Tests.Running;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Faults.Tests.Injecting;

/// <summary>What others, and bad luck, do to the cluster and to what is asked of it.</summary>
internal sealed class WorldTroubles
{
    private readonly Scenario _scenario;
    private readonly SimulatedWorld _world;
    private readonly Intent _intent;
    private readonly Truth _truth;
    private readonly Action _poke;
    private readonly Action<string> _tell;
    private readonly Dice _dice;
    private readonly Dice _provider;
    private readonly List<Action> _kinds = [];
    private readonly HashSet<string> _down = new(StringComparer.Ordinal);
    private readonly HashSet<string> _pressed = new(StringComparer.Ordinal);
    private readonly HashSet<Domain.Clusters.ObjectKey> _hanging = [];
    private readonly IClusterConnection _person;
    private readonly MachineTroubles? _machines;
    private bool _healed;

    public WorldTroubles(Scenario scenario, Truth truth, Action poke, Action<string> tell)
    {
        (_scenario, _truth, _world, _intent, _poke, _tell) = (scenario, truth, truth.World, truth.Intent, poke, tell);
        _dice = new Dice(scenario.Seed, "troubles");
        _provider = new Dice(scenario.Seed, "provider");
        _person = _world.Connect();
        _world.Provider.Interfere = Interfere;
        var faults = scenario.Faults;
        Add(faults.NodesFail, NodeFails, NodeRecovers);
        Add(faults.NodesVanish, NodeVanishes);
        Add(faults.PodsHang, PodHangs, PodLetsGo);
        Add(faults.PodsUnready, PodUnready);
        Add(faults.Cordons, SomebodyCordons, SomebodyUncordons);
        Add(faults.Pressure, Pressure, NoPressure);
        Add(faults.ClockSteps, ClockSteps);
        Add(faults.Pauses, Pauses, Resumes);
        Add(faults.Aborts, Aborts);
        Add(faults.SettingsChange, SettingsChange);
        Add(faults.PoolsRemoved, PoolRemoved);
        Add(faults.WindowsChange, WindowChanges);
        Add(faults.StopsAndStarts, StopsOrStarts);
        Add(scenario.Spec.Channel == Domain.Channels.NodeOsChannel.Unmanaged, OsPatchesItself);
        if (scenario.Machines)
        {
            _machines = new MachineTroubles(scenario, truth, tell, n => _down.Add(n));
            Add(faults.AgentsDie, AgentRevives);
            Add(faults.ArchivesMove, () => ArchivesSigned?.Invoke());
            Add(faults.ChannelsChange, ChannelChanges);
        }

        if (_kinds.Count > 0)
        {
            _world.Time.After(scenario.Faults.TroubleInterval, Tick);
        }
    }

    private Instant Now => _world.Time.Now;

    /// <summary>Told to sign the archives again.</summary>
    public Action? ArchivesSigned { get; init; }

    /// <summary>Everything that can be put right is put right; what others did on purpose stays.</summary>
    public void Heal()
    {
        _healed = true;
        if (_machines is not null)
        {
            if (_scenario.Faults.ArchivesMove)
            {
                // Once more, with whatever agents have got nowhere with by now.
                ArchivesSigned?.Invoke();
            }

            _machines.Healed = true;
            foreach (var name in _truth.View.Nodes.Keys.Order(StringComparer.Ordinal))
            {
                _world.Troubles.AgentRevives(name);
            }
        }

        foreach (var name in _down.Order(StringComparer.Ordinal))
        {
            Recover(name);
        }

        foreach (var name in _pressed.Order(StringComparer.Ordinal))
        {
            _world.Troubles.NodeUnderPressure(name, pressure: false);
        }

        foreach (var pod in _hanging.Order())
        {
            _world.Troubles.PodHangs(pod, hangs: false);
        }

        _world.Clock.Skew = Duration.Zero;
        _truth.Skewed();
        Change(_intent.Spec with { Pause = null, Running = true, Pools = [.. _intent.Spec.Pools.Select(p => p with { Pause = null })] }, "resumed for good");
    }

    private void Add(bool on, params ReadOnlySpan<Action> kinds)
    {
        if (on)
        {
            _kinds.AddRange(kinds);
        }
    }

    private void Tick()
    {
        if (_healed)
        {
            return;
        }

        _world.Time.After(_scenario.Faults.TroubleInterval, Tick);
        var busy = _world.Records.Any(r => !r.Ended);
        if (_dice.Chance(busy ? _scenario.Faults.TroubleChance : _scenario.Faults.TroubleChance / 20))
        {
            _dice.PickFrom(_kinds)();
        }
    }

    private Interference Interfere(ProviderRequest request)
    {
        if (_healed || !_provider.Chance(_scenario.Faults.ProviderFailures))
        {
            return default;
        }

        var trouble = _provider.Below(4) switch
        {
            0 => new Interference(FailWith: _provider.PickFrom(CapacityErrors.All)),
            1 => new Interference(FailWith: "InternalServerError"),
            2 => new Interference(Extra: _provider.Minutes(1, 60)),
            _ => new Interference(NeverReady: true),
        };
        if (trouble.NeverReady)
        {
            _down.Add(request.Node);
        }

        _tell($"trouble: {request.Verb} of {request.Node}: {trouble}");
        return trouble;
    }

    /// <summary>A node, more often than not one that is being worked on.</summary>
    private string? SomeNode()
    {
        var busy = _world.Records.Where(r => !r.Ended).SelectMany(r => r.Active.Keys.Concat(r.SurgeNodes.Keys)).Order(StringComparer.Ordinal).ToList();
        if (busy.Count > 0 && _dice.Chance(0.6))
        {
            return _dice.PickFrom(busy);
        }

        var all = _truth.View.Nodes.Keys.Order(StringComparer.Ordinal).ToList();
        return all.Count == 0 ? null : _dice.PickFrom(all);
    }

    private void NodeFails()
    {
        if (SomeNode() is { } name && _world.Troubles.NodeFails(name))
        {
            _down.Add(name);
            _tell($"trouble: node {name} fails");
        }
    }

    private void NodeRecovers()
    {
        if (_down.Count > 0)
        {
            Recover(_dice.PickFrom([.. _down.Order(StringComparer.Ordinal)]));
        }
    }

    private void Recover(string name)
    {
        _down.Remove(name);

        // What never comes up on a bad image does not come up now, either.
        if (_truth.View.Nodes.TryGetValue(name, out var node) && !_scenario.World.BadImages.Contains(node.Image.Text))
        {
            _world.Troubles.NodeRecovers(name);
            _tell($"trouble: node {name} recovers");
        }
    }

    private void OsPatchesItself()
    {
        if (SomeNode() is { } name && _world.Troubles.RebootPending(name))
        {
            _tell($"trouble: node {name} waits for a reboot");
        }
    }

    private void AgentRevives()
    {
        if (SomeNode() is { } name && _world.Troubles.AgentRevives(name))
        {
            _tell($"trouble: agent of {name} runs again");
        }
    }

    private void ChannelChanges() => Change(_intent.Spec with { Channel = MachineGenerator.Channel(_dice) }, "another channel");

    private void NodeVanishes()
    {
        if (SomeNode() is { } name && _world.Troubles.NodeVanishes(name))
        {
            _truth.Vanished.Add(name);
            _tell($"trouble: node {name} vanishes");
        }
    }

    private Domain.Clusters.PodOnNode? SomePod()
    {
        var pods = SomeNode() is { } node ? _truth.View.PodsOn(node) : [];
        return pods.Length == 0 ? null : _dice.PickFrom(pods);
    }

    private void PodHangs()
    {
        if (SomePod() is { } pod && _world.Troubles.PodHangs(pod.Pod.Key))
        {
            _hanging.Add(pod.Pod.Key);
            _tell($"trouble: pod {pod.Pod.Key} hangs");
        }
    }

    private void PodLetsGo()
    {
        if (_hanging.Count > 0)
        {
            var key = _dice.PickFrom([.. _hanging.Order()]);
            _hanging.Remove(key);
            _world.Troubles.PodHangs(key, hangs: false);
        }
    }

    private void PodUnready()
    {
        if (SomePod() is { } pod && _world.Troubles.PodUnready(pod.Pod.Key))
        {
            _tell($"trouble: pod {pod.Pod.Key} is not ready");
        }
    }

    private void SomebodyCordons()
    {
        // A person who finds a node cordoned has nothing to do.
        if (SomeNode() is { } name && _truth.View.Nodes.TryGetValue(name, out var node) && !node.Unschedulable)
        {
            _world.Troubles.SomebodyCordons(name);
            if (node.Mark is null)
            {
                // Where our mark still says that the cordon is ours, a second one by hand cannot be told from it.
                _truth.CordonedByHand.Add(name);
            }

            _tell($"trouble: somebody cordons {name}");
        }
    }

    private void SomebodyUncordons()
    {
        if (SomeNode() is { } name && _truth.View.Nodes.TryGetValue(name, out var node) && node.Unschedulable)
        {
            _world.Troubles.SomebodyCordons(name, unschedulable: false);
            _truth.CordonedByHand.Remove(name);
            _truth.UncordonedByHand.Add(name);
            _tell($"trouble: somebody uncordons {name}");
        }
    }

    private void Pressure()
    {
        if (SomeNode() is { } name && _world.Troubles.NodeUnderPressure(name, pressure: true))
        {
            _pressed.Add(name);
            _tell($"trouble: node {name} under pressure");
        }
    }

    private void NoPressure()
    {
        if (_pressed.Count > 0)
        {
            var name = _dice.PickFrom([.. _pressed.Order(StringComparer.Ordinal)]);
            _pressed.Remove(name);
            _world.Troubles.NodeUnderPressure(name, pressure: false);
        }
    }

    private void ClockSteps()
    {
        _world.Clock.Skew = _dice.Chance(0.3) ? Duration.Zero : Duration.FromSeconds(_dice.Between(-1, 1) * _dice.Pick(1, 30, 600, 7200));
        _truth.Skewed();
        _tell($"trouble: clock is off by {_world.Clock.Skew.TotalSeconds:0} s");
    }

    private void Change(ClusterSpec spec, string what)
    {
        _intent.Change(Now, spec);
        _tell($"intent: {what}");
        _poke();
    }

    private void ChangePool(string what, Func<PoolSpec, PoolSpec> change)
    {
        if (_intent.Spec.Pools.IsEmpty)
        {
            return;
        }

        var pool = _dice.PickFrom(_intent.Spec.Pools);
        Change(_intent.Spec with { Pools = _intent.Spec.Pools.Replace(pool, change(pool)) }, $"{what} {pool.Name}");
    }

    private void Pauses()
    {
        var pause = new Pause("ops", Now, "look");
        if (_dice.Chance(0.5))
        {
            Change(_intent.Spec with { Pause = pause }, "pause the cluster");
        }
        else
        {
            ChangePool("pause", p => p with { Pause = pause });
        }
    }

    private void Resumes() => Change(_intent.Spec with { Pause = null, Pools = [.. _intent.Spec.Pools.Select(p => p with { Pause = null })] }, "resume");

    private void SettingsChange() => ChangePool("new settings of", p => p with { Settings = SpecGenerator.Settings(_dice) with { RebootPolicy = p.Settings.RebootPolicy } });

    private void PoolRemoved()
    {
        if (_intent.Spec.Pools.Length > 1)
        {
            var pool = _dice.PickFrom(_intent.Spec.Pools);
            Change(_intent.Spec with { Pools = _intent.Spec.Pools.Remove(pool) }, $"remove pool {pool.Name}");
        }
    }

    private void WindowChanges() => Change(_intent.Spec with { Window = _dice.Chance(0.3) ? null : SpecGenerator.Window(_dice) }, "another window");

    private void StopsOrStarts() => Change(_intent.Spec with { Running = !_intent.Spec.Running }, _intent.Spec.Running ? "stop" : "start");

    // UP-66: as the server does it that holds the lease.
    private void Aborts()
    {
        foreach (var (_, stored) in _truth.Records())
        {
            if (stored.Record.Phase == RolloutPhase.Running)
            {
                var fault = new RolloutFault(nameof(ReasonCode.Aborted), "Aborted by ops.", null, Now);
                Truth.Immediate(_person.WriteRecordAsync(
                    stored.Record.Become(RolloutPhase.Canceling, Now, fault) with { Epoch = _truth.HighestEpoch }, stored.Version, CancellationToken.None));
                _tell($"trouble: {stored.Record.Id} aborted");
                _poke();
            }
        }
    }
}

using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Machines;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;
using Shouldly;

namespace Imago.Domain.Tests.Rollouts.Kit;

/// <summary>
/// The smallest world in which a rollout can be played: it does what the plan says, after a while, and tells the story line by line. Pods take 10 s to
/// stop and 20 s to become ready on another node; a node takes 3 min to be made, 4 to be reimaged, 2 to be rebooted, 1 to be deleted, and 1 more to become Ready; the agent
/// patches in 8 min. It refuses what the API would refuse by failing the test: an obedient world has no stale budgets.
/// </summary>
internal sealed partial class ObedientWorld
{
    private readonly TestCluster _cluster;
    private readonly Dictionary<string, ProviderOperation> _operations = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Action, (Instant At, int Number)> _events = new();
    private ImmutableSortedDictionary<string, RolloutRecord> _records = ImmutableSortedDictionary.Create<string, RolloutRecord>(StringComparer.Ordinal);
    private ReleaseCatalog _catalog;
    private int _number;
    private int _created;

    public ObedientWorld(TestCluster cluster)
    {
        _cluster = cluster;
        _catalog = cluster.Catalog;
        Spec = cluster.Spec;
        View = cluster.View();
    }

    public Instant Now { get; private set; } = Some.Noon;

    public ClusterView View { get; private set; }

    public ClusterSpec Spec { get; set; }

    public Story Story { get; } = new();

    /// <summary>Images whose nodes never become Ready.</summary>
    public HashSet<string> BadImages { get; } = new(StringComparer.Ordinal);

    /// <summary>Nodes that never become Ready after their next reimage.</summary>
    public HashSet<string> BadNodes { get; } = new(StringComparer.Ordinal);

    /// <summary>Nodes whose OS still asks for a reboot after one.</summary>
    public HashSet<string> InsatiableNodes { get; } = new(StringComparer.Ordinal);

    /// <summary>How many nodes the provider can still make, and what it says when it cannot.</summary>
    public (int Room, string Code) Capacity { get; set; } = (int.MaxValue, "QuotaExceeded");

    /// <summary>Whether a reimage keeps the node object with its cordon, marks and taints, as some providers do.</summary>
    public bool KeepsNodeObjects { get; init; }

    /// <summary>Set: of every plan only a random beginning is carried out, as if the process had died there.</summary>
    public Random? Crashes { get; init; }

    public IEnumerable<RolloutRecord> Records => _records.Values;

    public RolloutRecord Record(string pool) => _records[pool];

    public Node NodeNamed(string name) => View.Nodes[name];

    /// <summary>Somebody or something else acts at a minute of the story.</summary>
    public ObedientWorld At(double minute, string what, Action<ObedientWorld> act)
    {
        Schedule(Some.After(minute) - Now, () =>
        {
            Story.Say(Now, $"-- {what}");
            act(this);
        });
        return this;
    }

    public void Abort(string pool, string by) =>
        Store(_records[pool].Become(RolloutPhase.Canceling, Now, new RolloutFault("Aborted", $"Aborted by {by}.", null, Now)));

    public void Put(Node node) => See(new ClusterChange.NodeSeen(node with { ResourceVersion = Next() }));

    public void Change(string node, Func<Node, Node> change) => Put(change(View.Nodes[node]));

    public void BreakPod(string key)
    {
        See(new ClusterChange.PodSeen(View.Pods[TestCluster.Key(key)].Pod with { Ready = false }));
        Recount();
    }

    public void Remove(string node)
    {
        foreach (var entry in View.PodsOn(node))
        {
            if (entry.Pod.LeavesOnDrain)
            {
                Stopped(entry.Pod.Key);
            }
            else
            {
                See(new ClusterChange.PodGone(entry.Pod.Key));
            }
        }

        See(new ClusterChange.NodeGone(node));
    }

    public void Budget(string key, Func<DisruptionBudget, DisruptionBudget> change)
    {
        See(new ClusterChange.BudgetSeen(change(View.Budgets[TestCluster.Key(key)])));
        Recount();
    }

    public void AddPod(Pod pod, DisruptionBudget budget)
    {
        See(new ClusterChange.PodSeen(pod));
        See(new ClusterChange.BudgetSeen(budget));
        Recount();
    }

    public void Release(TestCluster more) => _catalog = more.Catalog;

    public TestCluster Cluster => _cluster;

    /// <summary>Plays until nothing happens by itself any more, or until the minute given.</summary>
    public ObedientWorld Play(double untilMinute = 24 * 60)
    {
        var end = Some.After(untilMinute);
        while (true)
        {
            var wake = Pass();
            var next = _events.TryPeek(out _, out var due) ? due.At : default(Instant?);
            var at = next is { } n && wake is { } w ? Instant.Min(n, w) : next ?? wake;
            if (at is not { } instant || instant > end)
            {
                Now = end;
                return this;
            }

            Now = instant;
            while (_events.TryPeek(out var act, out due) && due.At <= Now)
            {
                _events.Dequeue();
                act();
            }

            Reschedule();
            Recount();
        }
    }

    /// <summary>Decides and acts until there is nothing more to do at this instant; gives the next wake.</summary>
    private Instant? Pass()
    {
        for (var round = 0; round < 500; round++)
        {
            var (changed, wake) = Round();
            if (!changed)
            {
                return wake;
            }
        }

        throw new InvalidOperationException($"At {Now} the planners find no end:{Environment.NewLine}{Story.Tail(30)}");
    }

    private (bool Changed, Instant? Wake) Round()
    {
        var changed = false;
        Instant? wake = null;
        foreach (var record in _records.Values.Where(r => r.NeedsCare(View)))
        {
            var pool = Spec.Pools.Single(p => string.Equals(p.Name, record.Pool, StringComparison.Ordinal));
            var plan = RolloutPlanner.Decide(Input(), pool, record);
            Consider(plan.WakeAt);
            if (plan.Record != record)
            {
                changed = true;
                Store(plan.Record);
            }

            if (!plan.Record.Ended)
            {
                Story.Held(Now, record.Pool, plan.Holds);
            }

            changed |= Apply(plan.Actions);
        }

        var cluster = ClusterPlanner.Decide(Input());
        Consider(cluster.WakeAt);
        foreach (var (pool, holds) in cluster.Holds)
        {
            Story.Held(Now, pool, holds);
        }

        if (cluster.Start is { } start)
        {
            changed = true;
            Store(start);
        }

        if (!changed)
        {
            var care = MachineCare.Decide(Input());
            Consider(care.WakeAt);
            changed |= Apply(care.Actions);
        }

        return (changed, wake);

        void Consider(Instant? at)
        {
            if (at is not { } instant)
            {
                return;
            }

            (instant > Now).ShouldBeTrue("a wake must lie in the future");
            wake = wake is { } present ? Instant.Min(present, instant) : instant;
        }
    }

    /// <summary>What the provider says of operations that run.</summary>
    public string? Progress { get; set; }

    public ClusterInput Input() => new()
    {
        Now = Now,
        View = View,
        Spec = Spec,
        Catalog = _catalog,
        Records = _records,
        Operations = _operations.Select(o => KeyValuePair.Create(o.Key, o.Value.State == OperationState.Running ? o.Value with { Progress = Progress } : o.Value))
            .Concat(OrderedOperations()).ToImmutableDictionary(StringComparer.Ordinal),
        Epoch = 1,
    };

    private void Store(RolloutRecord record)
    {
        Story.Changed(Now, _records.GetValueOrDefault(record.Pool), record);
        _records = _records.SetItem(record.Pool, record);

        // Invariant 2.
        record.SurgeNodes.Count(s => s.Value.Counts).ShouldBeLessThanOrEqualTo(Math.Max(record.Surge, record.OriginalSize), record.Id);
    }

    private bool Apply(ImmutableArray<RolloutAction> actions)
    {
        var patched = actions.OfType<RolloutAction.UpdateNode>().Select(u => u.Node).ToList();
        patched.Distinct(StringComparer.Ordinal).Count().ShouldBe(patched.Count, "one patch per node and pass");
        var done = Crashes is null ? actions.Length : Crashes.Next(actions.Length + 1);
        var effect = done < actions.Length;
        foreach (var action in actions.Take(done))
        {
            effect |= action switch
            {
                RolloutAction.UpdateNode update => Update(update),
                RolloutAction.EvictPod eviction => Stop(eviction.Pod, eviction.Uid, forced: false),
                RolloutAction.DeletePod deletion => Stop(deletion.Pod, deletion.Uid, forced: true),
                RolloutAction.AskProvider(var request) => Ask(request),
                _ => throw new InvalidOperationException(action.GetType().Name),
            };
        }

        return effect;
    }

    private bool Update(RolloutAction.UpdateNode action)
    {
        if (!View.Nodes.TryGetValue(action.Node, out var node) || !string.Equals(node.ResourceVersion, action.ResourceVersion, StringComparison.Ordinal))
        {
            return true; // A conflict; it is planned again.
        }

        var update = action.Update;
        Story.Update(Now, action.Node, update);
        var next = node with
        {
            Unschedulable = update.Unschedulable ?? node.Unschedulable,
            Mark = update.RemoveMark ? null : update.Mark ?? node.Mark,
            SteeredAway = update.SteeredAway ?? node.SteeredAway,
            ScaleDownDisabled = update.ScaleDownDisabled ?? node.ScaleDownDisabled,
            Quarantined = update.Quarantined ?? node.Quarantined,
            DesiredLevel = update.DesiredLevel ?? node.DesiredLevel,
            Order = update.RemoveOrder ? null : update.Order ?? node.Order,
            Updater = update.Updater ?? node.Updater,
            NotPatchedYet = node.NotPatchedYet && !update.RemoveNotPatchedTaint,
        };
        next.ShouldNotBe(node, $"the update of {action.Node} changes nothing");
        Put(next);
        if (update.Order is { } order)
        {
            Ordered(action.Node, order);
        }
        else if (update.DesiredLevel is { } level)
        {
            Schedule(Duration.FromMinutes(8), () =>
            {
                if (!BadNodes.Contains(action.Node) && View.Nodes.TryGetValue(action.Node, out var patched))
                {
                    Story.Say(Now, $"{action.Node} reached {level}");
                    Put(patched with { ReachedLevel = level });
                }
            });
        }

        return true;
    }

    private bool Stop(ObjectKey key, string uid, bool forced)
    {
        if (!View.Pods.TryGetValue(key, out var entry) || !string.Equals(entry.Pod.Uid, uid, StringComparison.Ordinal) || entry.Pod.Terminating)
        {
            return false;
        }

        if (!forced)
        {
            // Invariant 3.
            entry.Budgets.Length.ShouldBeLessThan(2, $"the API answers 500 to the eviction of {key}");
            (entry.Pod.Ready && entry.Budgets.Any(b => View.Budgets[b].DisruptionsAllowed == 0)).ShouldBeFalse($"the API refuses the eviction of {key}");
        }

        Story.Say(Now, $"{(forced ? "delete" : "evict")} {key} from {entry.Pod.NodeName}");
        See(new ClusterChange.PodSeen(entry.Pod with { Terminating = true, Ready = false }));
        Recount();
        if (View.Nodes.TryGetValue(entry.Pod.NodeName!, out var node) && node.Ready)
        {
            Schedule(Duration.FromSeconds(10), () => Stopped(key));
        }

        return true;
    }

    private void Stopped(ObjectKey key)
    {
        if (!View.Pods.TryGetValue(key, out var entry))
        {
            return;
        }

        See(new ClusterChange.PodGone(key));
        if (entry.Pod.Owner is not null)
        {
            var (stem, generation) = key.Name.Split('~') is [var s, var g] ? (s, int.Parse(g)) : (key.Name, 1);
            var name = key with { Name = $"{stem}~{generation + 1}" };
            See(new ClusterChange.PodSeen(entry.Pod with { Key = name, Uid = name + "/1", NodeName = null, Phase = PodPhase.Pending, Terminating = false, Ready = false }));
        }
    }

    // The scheduler: an available node, not steered away from if possible, then the emptiest, then by name.
    private void Reschedule()
    {
        foreach (var pod in View.Pods.Values.Where(e => e.Pod.NodeName is null).Select(e => e.Pod).OrderBy(p => p.Key).ToList())
        {
            if (View.Nodes.Values.Where(n => n.Available).OrderBy(n => n.SteeredAway ? 1 : 0).ThenBy(n => View.PodsOn(n.Name).Length)
                    .ThenBy(n => n.Name, StringComparer.Ordinal).FirstOrDefault() is not { } node)
            {
                continue;
            }

            Story.Say(Now, $"{pod.Key} starts on {node.Name}");
            See(new ClusterChange.PodSeen(pod with { NodeName = node.Name, Phase = PodPhase.Running }));
            Schedule(Duration.FromSeconds(20), () =>
            {
                if (View.Pods.TryGetValue(pod.Key, out var entry) && !entry.Pod.Terminating)
                {
                    See(new ClusterChange.PodSeen(entry.Pod with { Ready = true }));
                }
            });
        }
    }

    private bool Ask(ProviderRequest request)
    {
        if (_operations.ContainsKey(request.OperationId))
        {
            return false;
        }

        if (IsInPlace(request.Pool) && request.Verb != ProviderVerb.Reboot)
        {
            return Order(request);
        }

        Story.Say(Now, $"ask provider: {request.Verb} {request.Node}{(request.Image is { } image ? $" with {Story.Short(image)}" : "")}");
        if (request.Verb == ProviderVerb.Create && _created >= Capacity.Room)
        {
            Ended(request, OperationState.Failed, Capacity.Code);
            return true;
        }

        _operations[request.OperationId] = new ProviderOperation(request.OperationId, OperationState.Running, null, null, null);
        switch (request.Verb)
        {
            case ProviderVerb.Create:
                _created++;
                Schedule(Duration.FromMinutes(3), () =>
                {
                    Arrive(request, null);
                    Ended(request, OperationState.Succeeded, null);
                });
                break;
            case ProviderVerb.Reimage:
                View.PodsOn(request.Node).Any(e => e.Pod.LeavesOnDrain).ShouldBeFalse($"{request.Node} is reimaged with pods on it");
                Change(request.Node, n => n with { Ready = false });
                Schedule(Duration.FromMinutes(4), () =>
                {
                    Arrive(request, View.Nodes.GetValueOrDefault(request.Node));
                    Ended(request, OperationState.Succeeded, null);
                });
                break;
            case ProviderVerb.Reboot:
                View.PodsOn(request.Node).Any(e => e.Pod.LeavesOnDrain).ShouldBeFalse($"{request.Node} is rebooted with pods on it");
                (request.Image, request.Level).ShouldBe((null, null));
                Reboot(request);
                break;
            default:
                View.PodsOn(request.Node).Any(e => e.Pod.LeavesOnDrain).ShouldBeFalse($"{request.Node} is deleted with pods on it");
                Schedule(Duration.FromMinutes(1), () =>
                {
                    Remove(request.Node);
                    Ended(request, OperationState.Succeeded, null);
                });
                break;
        }

        return true;
    }

    // The agent says that the machine is about to restart, which it is a moment later: until then the node looks as before.
    private void Reboot(ProviderRequest request)
    {
        Ended(request, OperationState.Succeeded, null);
        Schedule(Duration.FromSeconds(20), () => Change(request.Node, n => n with { Ready = false }));
        Schedule(Duration.FromMinutes(2), () =>
        {
            Story.Say(Now, $"{request.Node} has restarted");
            Change(request.Node, n => n with
            {
                Ready = !BadNodes.Contains(request.Node),
                RebootPending = InsatiableNodes.Contains(request.Node),
                BootId = n.BootId is null ? null : Next(),
            });
        });
    }

    private void Ended(ProviderRequest request, OperationState state, string? code) =>
        _operations[request.OperationId] = new ProviderOperation(request.OperationId, state, Now, code, code is null ? null : "no room");

    private void Arrive(ProviderRequest request, Node? before)
    {
        var fresh = new Node { Name = request.Node, Uid = $"{request.Node}/{Next()}", Pool = request.Pool, Image = NodeImage.Parse(request.Image), Zone = before?.Zone, CreatedAt = Now };
        Put(before is not null && KeepsNodeObjects ? before with { Image = fresh.Image, Ready = false } : fresh);
        if (BadImages.Contains(request.Image!) || BadNodes.Remove(request.Node))
        {
            return;
        }

        Schedule(Duration.FromMinutes(1), () =>
        {
            if (View.Nodes.ContainsKey(request.Node))
            {
                Change(request.Node, n => n with { Ready = true });
            }
        });
    }

    /// <summary>The disruption controller.</summary>
    public void Recount()
    {
        foreach (var budget in View.Budgets.Values)
        {
            See(new ClusterChange.BudgetSeen(Controller.StatusOf(budget, View.Pods.Values.Select(e => e.Pod))));
        }
    }

    private void See(ClusterChange change) => View = View.Apply(change);

    private void Schedule(Duration after, Action act) => _events.Enqueue(act, (Now + after, _number++));

    private string Next() => $"v{++_number}";
}

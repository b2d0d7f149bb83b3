using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Machines;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>
/// Working state of one decision about one pool: the input, and record, actions and wake time as they grow. Confined to one call of
/// <see cref="RolloutPlanner.Decide"/>; nothing of it is shared.
/// </summary>
internal sealed class RolloutPass(ClusterInput input, PoolSpec pool, RolloutRecord record, WindowGate gate)
{
    private readonly Dictionary<string, RolloutAction.UpdateNode> _updates = new(StringComparer.Ordinal);
    private readonly List<RolloutAction> _evictions = [];
    private readonly List<RolloutAction> _requests = [];
    private readonly List<Reason> _holds = [];

    public ClusterInput Input { get; } = input;

    public PoolSpec Pool { get; } = pool;

    public WindowGate Gate { get; } = gate;

    public RolloutRecord Record { get; set; } = record;

    public Instant Now => Input.Now;

    public ClusterView View => Input.View;

    public UpgradeSettings Settings => Record.Settings;

    public Instant? WakeAt { get; private set; }

    /// <summary>MW-53: whether a closed window holds what was not begun. MW-11: not for a person; MW-54: nor where the pool is finished.</summary>
    public bool IsBoundToWindow => Record.Trigger == RolloutTrigger.Automatic && Settings.WindowClose == WindowClose.FinishNode;

    /// <summary>MW-53: from when on an agent may not begin what it is ordered now; null: no limit. A node that was drained before the close is finished, however late its order is.</summary>
    public Instant? NotAfter => IsBoundToWindow ? Gate.Current?.End : null;

    /// <summary>Surge nodes that take pods for nodes under way.</summary>
    public IEnumerable<string> Serving => Record.SurgeNodes.Where(s => s.Value.Step == SurgeStep.Serving && IsAvailable(s.Key)).Select(s => s.Key);

    /// <summary>Nodes under way that do not serve meanwhile.</summary>
    public int Disrupted => Record.Active.Count(a => a.Value.Work == NodeWork.Reimage);

    /// <summary>UP-151: whether a canary is asked for and has not passed yet.</summary>
    public bool CanaryPending => Settings.Canary == Canary.FirstNode && Record.CanaryPassedAt is null;

    /// <summary>Asks to be woken at an instant in the future; the earliest counts.</summary>
    public void Wake(Instant at)
    {
        if (at > Now && (WakeAt is not { } present || at < present))
        {
            WakeAt = at;
        }
    }

    public void Hold(Reason reason) => _holds.Add(reason);

    /// <summary>Patches a node. Several wishes of one pass become one patch, or the second would find the resource version that the first has used up.</summary>
    public void Update(Node node, NodeUpdate update) => _updates[node.Name] = new RolloutAction.UpdateNode(
        node.Name, node.ResourceVersion, _updates.TryGetValue(node.Name, out var earlier) ? earlier.Update.Then(update) : update);

    public void Evict(Pod pod) => _evictions.Add(new RolloutAction.EvictPod(pod.Key, pod.Uid, pod.NodeName!));

    public void Delete(Pod pod) => _evictions.Add(new RolloutAction.DeletePod(pod.Key, pod.Uid, pod.NodeName!));

    /// <summary>
    /// The provider's operation for a node of this rollout; asks for it when it is not known. The id is made of what the record holds, so
    /// that a successor that finds the record asks for the same operation and not for a second one.
    /// </summary>
    public ProviderOperation? Operation(ProviderVerb verb, string node, string? image, Images.PatchLevel? level)
    {
        var id = OperationId(Record.Id, node, verb);
        var request = new ProviderRequest(id, verb, Record.Pool, node, image, level, Input.Epoch)
        {
            Archive = MachineOrders.ArchiveOf(Input.Catalog, Images.NodeImage.Parse(image), level),
            NotAfter = NotAfter,
        };
        if (Input.Operations.TryGetValue(id, out var operation))
        {
            if (operation.State == OperationState.Running && IsOutdated(node, request))
            {
                _requests.Add(new RolloutAction.AskProvider(request));
            }

            return operation;
        }

        _requests.Add(new RolloutAction.AskProvider(request));
        return null;
    }

    // NM-48: the archive was signed again, and the edition that the order names is not to be had any more.
    private bool IsOutdated(string node, ProviderRequest request) =>
        View.Nodes.TryGetValue(node, out var seen) && seen.Order is { } standing && InPlaceOperations.OrderOf(request, Now) is { } asked
        && InPlaceOperations.Renewed(standing, asked, seen.Agent) is not null;

    /// <summary>Whether the provider knows of an operation for a node of this rollout.</summary>
    public bool IsBegun(ProviderVerb verb, string node) => Input.Operations.ContainsKey(OperationId(Record.Id, node, verb));

    public static string OperationId(string rollout, string node, ProviderVerb verb) => $"{rollout}/{node}/{verb}";

    public void SetActive(string node, NodeProgress progress) => Record = Record with { Active = Record.Active.SetItem(node, progress) };

    public void SetSurge(string node, SurgeNode surge) => Record = Record with { SurgeNodes = Record.SurgeNodes.SetItem(node, surge) };

    public void RemoveSurge(string node) => Record = Record with { SurgeNodes = Record.SurgeNodes.Remove(node) };

    /// <summary>Moves a node from the active to the settled ones.</summary>
    public void Settle(string node, NodeResult result, RolloutFault? fault = null)
    {
        var progress = Record.Active[node];
        Record = Record with
        {
            Active = Record.Active.Remove(node),
            Settled = Record.Settled.SetItem(node, new NodeOutcome
            {
                Result = result,
                Work = progress.Work,
                StartedAt = progress.StartedAt,
                EndedAt = Now,
                From = progress.From,
                WindowStart = progress.WindowStart,
                WasUnschedulable = progress.WasUnschedulable,
                Fault = fault ?? progress.Fault,
            }),
        };
    }

    /// <summary>Stops starting nodes because of a fault; what is in flight finishes. Further faults leave the first one in place.</summary>
    public void Halt(RolloutFault fault)
    {
        if (Record.Phase is RolloutPhase.Running or RolloutPhase.Canceling)
        {
            Record = Record.Become(RolloutPhase.Halting, Now, fault);
        }
    }

    public RolloutPlan ToPlan() =>
        // Uncordons and cordons first: they are cheap, and a node must be cordoned before its pods go. Requests last: they cannot be undone.
        new(Record, [.. _updates.Values.OrderBy(u => u.Node, StringComparer.Ordinal), .. _evictions, .. _requests], [.. _holds], WakeAt);

    private bool IsAvailable(string node) => View.Nodes.TryGetValue(node, out var seen) && seen.Available;
}

using System.Collections.Immutable;
using System.Globalization;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Events;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Application.Tests.Reconciling.Kit;

/// <summary>A cluster and its provider that obey, remember what was asked of them in order, and go wrong where a test says so.</summary>
internal sealed class FakeCluster(ManualClock clock) : IClusterConnection, INodeProvider
{
    private ImmutableSortedDictionary<string, StoredRecord> _records = ImmutableSortedDictionary.Create<string, StoredRecord>(StringComparer.Ordinal);
    private int _version;

    public List<string> Calls { get; } = [];

    public Dictionary<string, ProviderOperation> Operations { get; } = [];

    public ClusterView View { get; set; } = ClusterView.Empty;

    public long Epoch { get; set; } = 1;

    public bool LeaseIsFree { get; set; } = true;

    /// <summary>Asked before each call: may throw, may move the clock.</summary>
    public Action<string> Before { get; set; } = _ => { };

    public Func<RolloutAction.EvictPod, EvictionOutcome> Evicting { get; set; } = _ => new EvictionOutcome(EvictionStatus.Evicted);

    public PatchOutcome Patching { get; set; } = PatchOutcome.Patched;

    public bool WritesLose { get; set; }

    public bool EpochIsStale { get; set; }

    public bool LeaseIsWritten { get; set; }

    public bool Tells { get; set; }

    public List<ClusterEvent> Told { get; } = [];

    public ValueTask TellAsync(ImmutableArray<ClusterEvent> events, CancellationToken cancellation)
    {
        Before("tell");
        Told.AddRange(events);
        return ValueTask.CompletedTask;
    }

    public RolloutRecord? Record(string pool = "apps") => _records.GetValueOrDefault(pool)?.Record;

    /// <summary>Calls that change something.</summary>
    public IEnumerable<string> Writes => Calls.Where(c => c.Split(' ')[0] is "write" or "update" or "evict" or "delete" or "begin");

    public void Put(RolloutRecord record) => _records = _records.SetItem(record.Pool, new StoredRecord(record, NextVersion()));

    public ValueTask<ClusterView> ObserveAsync(CancellationToken cancellation) => Answer("observe", () => View);

    public ValueTask<ImmutableSortedDictionary<string, StoredRecord>> ReadRecordsAsync(CancellationToken cancellation) => Answer("read", () => _records);

    public ValueTask<WriteResult> WriteRecordAsync(RolloutRecord record, string? expectedVersion, CancellationToken cancellation) => Answer($"write {record.Pool}", () =>
    {
        if (WritesLose || _records.GetValueOrDefault(record.Pool)?.Version != expectedVersion)
        {
            return new WriteResult(null);
        }

        Put(record);
        return new WriteResult(_records[record.Pool]);
    });

    public ValueTask<PatchOutcome> UpdateNodeAsync(RolloutAction.UpdateNode action, CancellationToken cancellation) => Answer($"update {action.Node}", () =>
    {
        if (Patching == PatchOutcome.Patched)
        {
            var node = View.Nodes[action.Node];
            View = View.Apply(new ClusterChange.NodeSeen(node with
            {
                Unschedulable = action.Update.Unschedulable ?? node.Unschedulable,
                Mark = action.Update.RemoveMark ? null : action.Update.Mark ?? node.Mark,
                SteeredAway = action.Update.SteeredAway ?? node.SteeredAway,
                ScaleDownDisabled = action.Update.ScaleDownDisabled ?? node.ScaleDownDisabled,
                Quarantined = action.Update.Quarantined ?? node.Quarantined,
                ResourceVersion = NextVersion(),
            }));
        }

        return Patching;
    });

    public ValueTask<EvictionOutcome> EvictAsync(RolloutAction.EvictPod action, CancellationToken cancellation) => Answer($"evict {action.Pod}", () =>
    {
        var outcome = Evicting(action);
        if (outcome.Status == EvictionStatus.Evicted)
        {
            View = View.Apply(new ClusterChange.PodGone(action.Pod));
        }

        return outcome;
    });

    public ValueTask<EvictionOutcome> DeletePodAsync(RolloutAction.DeletePod action, CancellationToken cancellation) =>
        Answer($"delete {action.Pod}", () => new EvictionOutcome(EvictionStatus.Evicted));

    public ValueTask<ClusterLease?> HoldLeaseAsync(string holder, Duration length, CancellationToken cancellation) =>
        Answer("lease", () => LeaseIsFree ? new ClusterLease(holder, Epoch, clock.Now + length) : null);

    public ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation) => Answer($"begin {request.Verb} {request.Node}", () =>
    {
        if (EpochIsStale)
        {
            return new ProviderOperation(request.OperationId, OperationState.Failed, clock.Now, ProviderCodes.StaleEpoch, "a higher epoch has been seen");
        }

        Operations.TryAdd(request.OperationId, new ProviderOperation(request.OperationId, OperationState.Running, null, null, null));
        return Operations[request.OperationId];
    });

    public ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation) => Answer("find", () => Operations.GetValueOrDefault(operationId));

    private ValueTask<T> Answer<T>(string call, Func<T> answer)
    {
        Calls.Add(call);
        Before(call);
        return ValueTask.FromResult(answer());
    }

    private string NextVersion() => (++_version).ToString(CultureInfo.InvariantCulture);
}

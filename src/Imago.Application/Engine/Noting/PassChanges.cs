using System.Collections.Immutable;
using Imago.Application.Storage;

namespace Imago.Application.Engine.Noting;

/// <summary>What a pass is about to write, and the operations as they will be then.</summary>
internal sealed class PassChanges
{
    private readonly Dictionary<string, (StoredOperation Before, StoredOperation Now)> _operations = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly List<ResourceWrite> _resources = [];
    private readonly List<ActivityEntry> _activities = [];
    private readonly List<OutboxMessage> _outbox = [];
    private readonly List<StoredRollout> _rollouts = [];

    public PassChanges(IEnumerable<StoredOperation> open)
    {
        foreach (var operation in open)
        {
            _operations[operation.Id] = (operation, operation);
            _order.Add(operation.Id);
        }
    }

    /// <summary>Operations that are open, or were when the pass began, oldest first.</summary>
    public IEnumerable<StoredOperation> Operations => _order.Select(id => _operations[id].Now);

    /// <summary>Operations that are open, oldest first.</summary>
    public IReadOnlyCollection<StoredOperation> Open => [.. Operations.Where(o => !o.Ended)];

    /// <summary>Operations that this pass ended.</summary>
    public IEnumerable<StoredOperation> Ended => _order.Select(id => _operations[id]).Where(o => o.Now.Ended && !o.Before.Ended).Select(o => o.Now);

    /// <summary>Whether there is anything to write.</summary>
    public bool Any => _resources.Count + _activities.Count + _outbox.Count + _rollouts.Count > 0 || Changed.Any();

    private IEnumerable<StoredOperation> Changed => _order.Select(id => _operations[id]).Where(o => o.Before != o.Now).Select(o => o.Now with { Version = o.Before.Version + 1 });

    /// <summary>The operation as it will be; null if the pass knows nothing of it.</summary>
    public StoredOperation? Find(string id) => _operations.TryGetValue(id, out var operation) ? operation.Now : null;

    /// <summary>An operation that exists already.</summary>
    public void Know(StoredOperation operation)
    {
        if (_operations.TryAdd(operation.Id, (operation, operation)))
        {
            _order.Add(operation.Id);
        }
    }

    /// <summary>A new operation.</summary>
    public void Add(StoredOperation operation)
    {
        _operations[operation.Id] = (operation with { Version = 0, CorrelationId = "" }, operation);
        _order.Add(operation.Id);
    }

    public void Change(StoredOperation operation) => _operations[operation.Id] = (_operations[operation.Id].Before, operation);

    public void Write(ResourceWrite write) => _resources.Add(write);

    public void Note(ActivityEntry entry) => _activities.Add(entry);

    public void Send(OutboxMessage message) => _outbox.Add(message);

    public void Keep(StoredRollout rollout) => _rollouts.Add(rollout);

    /// <summary>Everything as one batch, under the cluster's lease.</summary>
    public StoreBatch ToBatch(StoredLease lease, ImmutableArray<StoredDecision> decisions) => new()
    {
        Resources = [.. _resources],
        Operations = [.. Changed.Select(o => new OperationWrite(o))],
        Activities = [.. _activities],
        Outbox = [.. _outbox],
        Rollouts = [.. _rollouts],
        Decisions = decisions,
        Fence = (lease.ClusterKey, lease.Epoch),
    };
}

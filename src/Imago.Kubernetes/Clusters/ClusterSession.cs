using System.Collections.Immutable;
using Imago.Application.Attachments;
using Imago.Application.Ports;
using Imago.Kubernetes.Events;
using Imago.Kubernetes.Records;
using Imago.Kubernetes.Transport;
using Microsoft.Extensions.Logging;

namespace Imago.Kubernetes.Clusters;

/// <summary>
/// What a process has open of one attached cluster: its client, the watches with the view, the records and the lease. Passes and questions share it; it outlives both for
/// a while. Records and lease are used by the one who works on the cluster only.
/// </summary>
internal sealed class ClusterSession : IClusterWatcher, IAsyncDisposable
{
    private readonly Action<string> _happened;
    private readonly Action<string> _nodesChanged;
    private readonly TimeProvider _clock;
    private readonly EventTeller _teller;
    private volatile InFlight? _inFlight;
    private long _usedAt;
    private int _users;

    public ClusterSession(Attachment attachment, KubernetesClient client, AttachedClusterOptions options, TimeProvider clock, Action<string> happened, Action<string> nodesChanged, ILogger logger)
    {
        (Attachment, Client, _clock, _happened, _nodesChanged) = (attachment, client, clock, happened, nodesChanged);
        Reader = new NodeReader(AttachedPoolRules.Of(attachment));
        View = new LiveView(Reader, this);
        Cordoned = new CordonedNodes(client, View, clock);
        Records = new RecordStore(client, attachment.Namespace);
        Lease = new LeaseKeeper(client, attachment.Namespace, Records, clock);
        Watch = new ClusterWatch(client, View, Lease, attachment.Namespace, options, clock);
        _teller = new EventTeller(client, clock, attachment.ClusterKey, logger);
        Picture = new SharedPicture(clock, options.PictureAge.ToTimeSpan());
        _usedAt = clock.GetTimestamp();
    }

    public Attachment Attachment { get; }

    public KubernetesClient Client { get; }

    public NodeReader Reader { get; }

    public LiveView View { get; }

    public ClusterWatch Watch { get; }

    public CordonedNodes Cordoned { get; }

    public RecordStore Records { get; }

    public LeaseKeeper Lease { get; }

    /// <summary>What those who ask about the cluster see.</summary>
    public SharedPicture Picture { get; }

    public EventTeller Teller => _teller;

    /// <summary>How long nobody has used it; null: somebody does.</summary>
    public TimeSpan? IdleFor => Volatile.Read(ref _users) > 0 ? null : _clock.GetElapsedTime(Volatile.Read(ref _usedAt));

    public void Enter() => Interlocked.Increment(ref _users);

    public void Leave()
    {
        Volatile.Write(ref _usedAt, _clock.GetTimestamp());
        Interlocked.Decrement(ref _users);
    }

    /// <summary>Notes which rollouts are under way, so that only what matters to them wakes anybody.</summary>
    public void Note(ImmutableSortedDictionary<string, StoredRecord> records)
    {
        var open = records.Values.Select(r => r.Record).Where(r => !r.Ended).ToList();
        _inFlight = open.Count == 0 ? null : new InFlight([.. open.SelectMany(r => r.Active.Keys.Concat(r.SurgeNodes.Keys))]);
    }

    /// <inheritdoc />
    public void NodeChanged(string name) => _happened(Attachment.ClusterKey);

    /// <inheritdoc />
    public void NodesChanged() => _nodesChanged(Attachment.ClusterKey);

    /// <inheritdoc />
    public void PodChanged(string? node)
    {
        // Pods come and go all the time: those on nodes that are worked on matter, when they leave (UP-40) and when they get Ready (UP-152).
        if (node is not null && _inFlight?.Nodes.Contains(node) == true)
        {
            _happened(Attachment.ClusterKey);
        }
    }

    /// <inheritdoc />
    public void BudgetChanged()
    {
        if (_inFlight is not null)
        {
            _happened(Attachment.ClusterKey);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _teller.DisposeAsync();
        await Watch.DisposeAsync();
        Client.Dispose();
    }

    private sealed record InFlight(ImmutableHashSet<string> Nodes);
}

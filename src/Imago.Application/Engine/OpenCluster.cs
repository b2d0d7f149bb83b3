using Imago.Application.Engine.Noting;
using Imago.Application.History;
using Imago.Application.Reconciling;
using Imago.Application.Storage;

namespace Imago.Application.Engine;

/// <summary>A cluster that the engine has open, and what it remembers of it so that it need not ask again. All of it can be lost at any time.</summary>
internal sealed class OpenCluster(StoredLease lease, IHostedCluster hosted, ClusterReconciler reconciler, DecisionRecorder recorder) : IAsyncDisposable
{
    public StoredLease Lease { get; set; } = lease;

    public IHostedCluster Hosted { get; } = hosted;

    public ClusterReconciler Reconciler { get; } = reconciler;

    public DecisionRecorder Recorder { get; } = recorder;

    /// <summary>What is noted of the rollouts whose records are in the cluster, by rollout.</summary>
    public Dictionary<string, NotedRollout> Noted { get; } = new(StringComparer.Ordinal);

    /// <summary>Ended rollouts of channel transitions that are under way, by operation and pool.</summary>
    public Dictionary<(string Operation, string Pool), StoredRollout> Transitions { get; } = [];

    /// <summary>Channel transitions whose rollouts have been looked up in history.</summary>
    public HashSet<string> LookedUp { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the node provider has been asked for its limits; once is enough while the cluster is open.</summary>
    public bool LimitsAsked { get; set; }

    public ValueTask DisposeAsync() => Hosted.DisposeAsync();
}

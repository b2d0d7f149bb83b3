using System.Text.Json.Nodes;
using Imago.Application.Engine.Noting;
using Imago.Application.Engine.Operations;
using Imago.Application.Ports;
using Imago.Application.Storage;

namespace Imago.Application.Engine;

// Clusters that go: simulated ones with all that is in them, attached ones after nothing of ours is left in them.
public sealed partial class ClusterEngine
{
    /// <summary>Lets go of an attached cluster in which nothing is under way any more. What the pass wrote is read again: its versions have grown.</summary>
    private async ValueTask<PassResult> DetachAsync(StoredLease lease, ClusterWake wake, CancellationToken cancellation)
    {
        var changes = new PassChanges(await _store.OpenOperationsAsync(wake.ClusterKey, cancellation));
        var deletion = changes.Open.FirstOrDefault(o => o.Kind == OperationKind.DeleteCluster);
        return StoredCluster.Of(await _store.ClusterAsync(wake.ClusterKey, cancellation)) is { } stored && deletion is not null
            ? await DeleteAsync(stored, lease, changes, deletion, wake, cancellation)
            : new PassResult(PassOutcome.Again, Now(), StaysOpen: false);
    }

    // Forgetting comes first: a crash in between forgets again. Deleting the rows first would leave a world that nobody knows of.
    private async ValueTask<PassResult> DeleteAsync(StoredCluster stored, StoredLease lease, PassChanges changes, StoredOperation deletion, ClusterWake wake, CancellationToken cancellation)
    {
        await CloseAsync(stored.Key);
        var left = await ForgetAsync(stored, cancellation);
        foreach (var other in changes.Open.Where(o => o.Kind != OperationKind.DeleteCluster))
        {
            Endings.End(changes, other, OperationStatus.Canceled, Now(), OperationErrors.Error("OperationAborted", $"Cluster '{stored.Name}' was deleted.", other.Pool));
        }

        foreach (var asked in changes.Open)
        {
            Endings.End(changes, asked, OperationStatus.Succeeded, Now(), null, left ? new JsonObject { ["leftBehind"] = Detachment.LeftBehind } : null);
        }

        changes.Write(new ResourceWrite.Delete(null) { Key = stored.Key });
        var outcome = await _store.CommitAsync(changes.ToBatch(lease, []), cancellation);
        if (!outcome.Committed)
        {
            return new PassResult(PassOutcome.Again, Now(), StaysOpen: false);
        }

        LogDeleted(_logger, stored.Key, deletion.Id);
        _metrics.Forget(stored.Key);
        await _store.PlanWakeAsync(wake with { At = null }, cancellation);
        return new PassResult(PassOutcome.Gone, null, StaysOpen: false);
    }

    /// <summary>Removes what is ours in the cluster; true: something may still be in it, because its owner would not wait for it to answer.</summary>
    private async ValueTask<bool> ForgetAsync(StoredCluster stored, CancellationToken cancellation)
    {
        try
        {
            await _host.ForgetAsync(stored.Key, cancellation);
            return false;
        }
        catch (ConnectionException failure) when (stored.Status.LeftAsItIs)
        {
            LogLeft(_logger, stored.Key, failure.Message);
            return true;
        }
    }
}

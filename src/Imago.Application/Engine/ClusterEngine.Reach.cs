using Imago.Application.Engine.Noting;
using Imago.Application.Ports;
using Imago.Application.Resources;
using Imago.Application.Storage;

namespace Imago.Application.Engine;

// Attached clusters that do not answer.
public sealed partial class ClusterEngine
{
    /// <summary>Notes that a cluster could not be reached, and when it is tried again. Its provisioning state stays: nothing about the cluster itself is known.</summary>
    private async ValueTask<PassResult> UnreachableAsync(ConnectionException failure, StoredLease lease, ClusterWake wake, CancellationToken cancellation)
    {
        if (StoredCluster.Of(await _store.ClusterAsync(wake.ClusterKey, cancellation)) is not { } stored)
        {
            return new PassResult(PassOutcome.Again, Now(), StaysOpen: false);
        }

        var now = Now();
        var outage = new StoredOutage(stored.Status.Unreachable?.Since ?? now, failure.Message);
        var changes = new PassChanges([]);
        if (stored.Status.Unreachable != outage)
        {
            var others = stored.Status.Conditions.Where(c => c.Reason != StoredOutage.Reason);
            var status = stored.Status with { Unreachable = outage, Conditions = [.. others, Reach.Condition(stored.Name, outage)] };
            changes.Write(new ResourceWrite.Status(StatusText.Write(status), stored.Resource.StatusVersion) { Key = stored.Key });
        }

        if (stored.Status.Unreachable is null)
        {
            LogUnreachable(_logger, stored.Key, failure.Message);
            changes.Note(Reach.Lost(stored, outage));
        }

        if (changes.Any && !(await _store.CommitAsync(changes.ToBatch(lease, []), cancellation)).Committed)
        {
            return new PassResult(PassOutcome.Again, now, StaysOpen: false);
        }

        _metrics.Lost(stored);
        var next = now + Reach.Wait(now - outage.Since, _options, stored.Key);
        await _store.PlanWakeAsync(wake with { At = next }, cancellation);
        return new PassResult(PassOutcome.Unreachable, next, StaysOpen: false);
    }
}

using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Domain.Rollouts.Records;
using Shouldly;

namespace Imago.Api.Tests.Kit;

/// <summary>Ends operations at once, as far as a client can see: statuses, deletions, the operation itself.</summary>
internal sealed class InstantEngine(IStore store, TimeProvider clock)
{
    public async Task FinishAsync(string cluster, OperationStatus status, string? error)
    {
        var resources = await store.ClusterAsync(cluster, CancellationToken.None);
        var open = await store.OpenOperationsAsync(cluster, CancellationToken.None);
        var state = status == OperationStatus.Succeeded ? ProvisioningState.Succeeded : status == OperationStatus.Canceled ? ProvisioningState.Canceled : ProvisioningState.Failed;
        var writes = new List<ResourceWrite>();
        foreach (var resource in resources)
        {
            if (status == OperationStatus.Succeeded && open.Any(o => o.Kind == OperationKind.DeleteCluster))
            {
                // What is in the cluster goes with it.
                writes = [new ResourceWrite.Delete(null) { Key = cluster }];
                break;
            }

            if (status == OperationStatus.Succeeded && IsDeleted(resource, open))
            {
                writes.Add(new ResourceWrite.Delete(null) { Key = resource.Key });
            }
            else if (resource.Type == ResourceTypes.ManagedCluster)
            {
                var running = open.LastOrDefault(o => o.Kind is OperationKind.StartCluster or OperationKind.StopCluster)?.Kind;
                var now = StatusText.ReadCluster(resource.Status);
                now = now with { ProvisioningState = state, ProvisioningError = error, Running = running is null ? now.Running : running == OperationKind.StartCluster };
                writes.Add(new ResourceWrite.Status(StatusText.Write(now), resource.StatusVersion) { Key = resource.Key });
            }
            else if (resource.Type == ResourceTypes.AgentPool)
            {
                var now = StatusText.ReadPool(resource.Status) with { ProvisioningState = state, ProvisioningError = error };
                writes.Add(new ResourceWrite.Status(StatusText.Write(now), resource.StatusVersion) { Key = resource.Key });
            }
        }

        var at = NodaTime.Instant.FromDateTimeOffset(clock.GetUtcNow());
        var batch = new StoreBatch
        {
            Resources = [.. writes],
            Operations = [.. open.Select(o => new OperationWrite(o with { Status = status, Error = error, EndedAt = at, PercentComplete = 100, Version = o.Version + 1 }))],
        };
        (await store.CommitAsync(batch, CancellationToken.None)).Committed.ShouldBeTrue();
    }

    private static bool IsDeleted(StoredResource resource, IEnumerable<StoredOperation> open) =>
        open.Any(o => o.Kind == OperationKind.DeletePool && resource.Id.EndsWith("/agentPools/" + o.Pool, StringComparison.OrdinalIgnoreCase));
}

using System.Collections.Concurrent;
using Imago.Application.Ports;
using Imago.Domain.Rollouts.Actions;
using NodaTime;

namespace Imago.ReferenceProvider;

/// <summary>Infrastructure to play with: machines that exist by name only. Operations take a few seconds.</summary>
/// <param name="clock">The clock.</param>
/// <param name="takes">How long an operation takes.</param>
/// <param name="spare">How many machines can be made beyond those that are there.</param>
internal sealed class PretendedMachines(TimeProvider clock, Duration takes, int spare) : INodeProvider
{
    private readonly ConcurrentDictionary<string, (ProviderRequest Request, Instant Since)> _operations = new(StringComparer.Ordinal);

    private Instant Now => Instant.FromDateTimeOffset(clock.GetUtcNow());

    public ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation)
    {
        _operations.TryAdd(request.OperationId, (request, Now));
        return ValueTask.FromResult(Stands(request.OperationId)!);
    }

    public ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation) => ValueTask.FromResult(Stands(operationId));

    private ProviderOperation? Stands(string id)
    {
        if (!_operations.TryGetValue(id, out var begun))
        {
            return null;
        }

        var end = begun.Since + takes;
        var isRoomless = begun.Request.Verb == ProviderVerb.Create && _operations.Values.Count(o => o.Request.Verb == ProviderVerb.Create && o.Since < begun.Since) >= spare;
        return Now < end ? new ProviderOperation(id, OperationState.Running, null, null, null)
            : isRoomless ? new ProviderOperation(id, OperationState.Failed, end, "QuotaExceeded", $"all {spare} spare machines are in use")
            : new ProviderOperation(id, OperationState.Succeeded, end, null, null);
    }
}

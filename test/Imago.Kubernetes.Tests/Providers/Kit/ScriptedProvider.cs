using Imago.Application.Ports;
using Imago.Domain.Rollouts.Actions;
using NodaTime;

namespace Imago.Kubernetes.Tests.Providers.Kit;

/// <summary>Infrastructure that does what a test says: an operation runs until the test ends it.</summary>
internal sealed class ScriptedProvider : INodeProvider
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ProviderOperation> _operations = new(StringComparer.Ordinal);

    /// <summary>Everything that was begun, in order.</summary>
    public List<ProviderRequest> Begun { get; } = [];

    /// <summary>How an operation stands right after it was begun.</summary>
    public Func<ProviderRequest, ProviderOperation> Starts { get; set; } = r => new ProviderOperation(r.OperationId, OperationState.Running, null, null, null);

    public void End(Instant at, string? code = null, string? message = null)
    {
        lock (_lock)
        {
            foreach (var id in _operations.Keys.ToList())
            {
                _operations[id] = new ProviderOperation(id, code is null ? OperationState.Succeeded : OperationState.Failed, at, code, message);
            }
        }
    }

    public ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_operations.TryGetValue(request.OperationId, out var operation))
            {
                Begun.Add(request);
                _operations[request.OperationId] = operation = Starts(request);
            }

            return ValueTask.FromResult(operation);
        }
    }

    public ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_operations.GetValueOrDefault(operationId));
        }
    }
}

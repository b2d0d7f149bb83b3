using Imago.Application.Attachments;
using Imago.Domain.Rollouts.Actions;

namespace Imago.Application.Ports;

/// <summary>
/// Makes, reimages and deletes nodes. Operations are long and identified: beginning an id again returns the same operation, so that a crash
/// between asking and noting the answer costs nothing. A call that cannot be answered throws <see cref="ConnectionException"/>.
/// </summary>
public interface INodeProvider
{
    /// <summary>Begins an operation, or returns the one of that id. An epoch lower than one seen is answered with a failed operation of code <c>StaleEpoch</c>, which is not kept.</summary>
    ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation);

    /// <summary>The operation of that id, or null if it was never begun.</summary>
    ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation);

    /// <summary>What it can do and has room for (UP-25); null: it does not say.</summary>
    ValueTask<ProviderLimits?> LimitsAsync(CancellationToken cancellation) => ValueTask.FromResult<ProviderLimits?>(null);
}

using System.Collections.Immutable;
using Imago.Application.Attachments;
using Imago.Application.Ports;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Kubernetes.Providers.InPlace;

namespace Imago.Kubernetes.Providers;

/// <summary>Asks the provider of an attached cluster how far its operations are, for people who ask. Their answer does not wait for a provider that is slow or gone.</summary>
internal sealed class OperationsUnderWay(NodeProviders providers, TimeProvider clock)
{
    private const int Most = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The operations that the records wait for, by id, as far as they were answered in time.</summary>
    public async ValueTask<IReadOnlyDictionary<string, ProviderOperation>> ReadAsync(Attachment attachment, INodeOrders orders, IEnumerable<RolloutRecord> records, CancellationToken cancellation)
    {
        var awaited = records.Where(r => !r.Ended).SelectMany(r => r.AwaitedOperations()).Take(Most).ToList();
        if (awaited.Count == 0 || attachment.Provider is null)
        {
            return ImmutableDictionary<string, ProviderOperation>.Empty;
        }

        var found = new Dictionary<string, ProviderOperation>(StringComparer.Ordinal);
        using var limit = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        INodeProvider? provider = null;
        try
        {
            provider = providers.Make(attachment.ClusterKey, attachment.Provider, orders);
            foreach (var id in awaited)
            {
                if (await provider.FindAsync(id, either.Token) is { } operation)
                {
                    found[id] = operation;
                }
            }
        }
        catch (ConnectionException)
        {
            // The engine says what is wrong with the provider; the question is about the cluster.
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Too slow; what is known by now will do.
        }
        finally
        {
            (provider as IDisposable)?.Dispose();
        }

        return found;
    }
}

using System.Collections.Immutable;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Kubernetes.Providers;
using NodaTime;

namespace Imago.Kubernetes.Clusters;

/// <summary>One attached cluster as the engine works on it. Its nodes are its owner's: nothing is made, nothing is scaled, nothing happens by itself that could be foreseen.</summary>
internal sealed class AttachedCluster : IHostedCluster
{
    private readonly AttachedClusterHost _host;
    private readonly string _key;
    private readonly NodeProviders _providers;
    private readonly KubernetesConnection _connection;
    private INodeProvider _provider;

    public AttachedCluster(AttachedClusterHost host, ClusterSession session, NodeProviders providers)
    {
        (_host, _key, _providers) = (host, session.Attachment.ClusterKey, providers);
        _connection = new KubernetesConnection(session);
        _provider = providers.Make(_key, session.Attachment.Provider, _connection);
    }

    /// <inheritdoc />
    public IClusterConnection Connection => _connection;

    /// <inheritdoc />
    public INodeProvider Provider => new Handle(this);

    /// <summary>Nothing is foreseen: changes are told by the watches.</summary>
    public Instant? NextHappening => null;

    /// <summary>Goes on with another connection if the attachment has been changed.</summary>
    public async ValueTask<bool> AdvanceAsync(CancellationToken cancellation)
    {
        var before = _connection.Session;
        var session = await _host.EnterAsync(_key, cancellation);
        if (ReferenceEquals(session, before))
        {
            session.Leave();
            if (session.Lease.Epoch is null)
            {
                // Only who holds the lease knows the records without reading them: another server may have written meanwhile.
                session.Records.Forget();
            }

            return false;
        }

        _connection.Session = session;
        before.Leave();
        DisposeProvider();
        _provider = _providers.Make(_key, session.Attachment.Provider, _connection);
        return true;
    }

    /// <inheritdoc />
    public async ValueTask<ShapeProgress> ShapeAsync(ClusterShape shape, CancellationToken cancellation)
    {
        var view = await _connection.ObserveAsync(cancellation);
        return new ShapeProgress(Done: true, view.Pools.ToImmutableSortedDictionary(p => p, p => view.NodesOf(p).Count, StringComparer.Ordinal));
    }

    /// <summary>Puts it away. Whoever works on it next need not wait for our lease.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _connection.Session.Lease.ReleaseAsync(CancellationToken.None);
        }
        catch (ConnectionException)
        {
            // It runs out by itself.
        }

        DisposeProvider();
        _connection.Session.Leave();
    }

    private void DisposeProvider() => (_provider as IDisposable)?.Dispose();

    /// <summary>The reconciler keeps what it was given; the provider behind it changes with the attachment.</summary>
    private sealed class Handle(AttachedCluster cluster) : INodeProvider
    {
        public ValueTask<Domain.Rollouts.Actions.ProviderOperation> BeginAsync(Domain.Rollouts.Actions.ProviderRequest request, CancellationToken cancellation)
        {
            cluster._connection.RefuseIfLost();
            return cluster._provider.BeginAsync(request, cancellation);
        }

        public ValueTask<Domain.Rollouts.Actions.ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation) => cluster._provider.FindAsync(operationId, cancellation);

        public ValueTask<Application.Attachments.ProviderLimits?> LimitsAsync(CancellationToken cancellation) => cluster._provider.LimitsAsync(cancellation);
    }
}

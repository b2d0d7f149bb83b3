using System.Collections.Concurrent;
using Imago.Application.Attachments;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Actions;
using NodaTime;

namespace Imago.Kubernetes.Providers.InPlace;

/// <summary>
/// The provider of machines that keep their disks: an operation is an order on the node for its agent, and how far it is follows from that order and from what the agent reports
/// beside it. Nothing is kept here that a server which starts with an empty database would miss. Safe for use from several threads.
/// </summary>
/// <remarks>Rules: UP-11, UP-31, NM-30, CH-31, CH-34.</remarks>
internal sealed class InPlaceProvider(string clusterKey, INodeOrders nodes, TimeProvider clock) : INodeProvider
{
    // An agent that reports and a kubelet that says that it is alive change the node as well; nobody changes it this often.
    private const int MostTries = 5;

    // Refusals of one rollout are few; more than these are of rollouts that have ended.
    private const int MostRefusals = 1000;

    // A refused request leaves nothing on any node. Whoever asks after it is told here, so that the rollout ends with the reason; after a restart it is asked for and refused again.
    private readonly ConcurrentDictionary<string, ProviderOperation> _refusals = new(StringComparer.Ordinal);

    private volatile Ordered _ordered = new(ClusterView.Empty, []);

    private Instant Now => Instant.FromDateTimeOffset(clock.GetUtcNow());

    public async ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation)
    {
        if (request.Verb is ProviderVerb.Create or ProviderVerb.Delete)
        {
            return Refused(
                request, ProviderCodes.NotInPlace,
                $"nodes of cluster '{clusterKey}' are patched in place by their agents, and nobody can {(request.Verb == ProviderVerb.Create ? "make" : "delete")} one. Set max surge to 0 and max unavailable above it, or attach the cluster with a provider of kind '{ProviderKinds.External}'");
        }

        if (InPlaceOperations.OrderOf(request, Now) is not { } order)
        {
            return Refused(request, ProviderCodes.NothingToOrder, $"'{request.Image}' names no moment of the package archives, so that node '{request.Node}' cannot be told what to install");
        }

        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            var view = await nodes.LookAsync(cancellation);
            if (view.Nodes.GetValueOrDefault(request.Node) is not { } node)
            {
                return Refused(request, ProviderCodes.NodeNotFound, $"there is no node '{request.Node}' any more");
            }

            // Once per id, however often it is asked for: the order that stands is the operation.
            var standing = node.Order is { } given && string.Equals(given.Id, order.Id, StringComparison.Ordinal) ? given : null;
            var renewed = standing is null ? null : InPlaceOperations.Renewed(standing, order, node.Agent);
            if (standing is not null && renewed is null)
            {
                return InPlaceOperations.StateOf(standing, node.Agent, Now);
            }

            if (node.Order is { } other && other.Epoch > request.Epoch)
            {
                // Not kept: it is the writer that is out of date, and its successor may ask for the same.
                return Failed(request, ProviderCodes.StaleEpoch, $"node '{request.Node}' has an order of epoch {other.Epoch}, and this one is of epoch {request.Epoch}: another server works on the cluster");
            }

            // Any other order is one of ours that the record does not speak of any more.
            // NM-48: the archives may have been signed again since; then it is the same order with the edition of now.
            order = renewed ?? order;
            if (await nodes.UpdateNodeAsync(new RolloutAction.UpdateNode(node.Name, node.ResourceVersion, InPlaceOperations.Giving(node, order)), cancellation) == PatchOutcome.Patched)
            {
                return InPlaceOperations.StateOf(order, node.Agent, Now);
            }
        }

        throw new ConnectionException($"Node '{request.Node}' keeps changing, so that its agent could not be given an order. It is tried again.");
    }

    public async ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation)
    {
        var view = await nodes.LookAsync(cancellation);
        return OrderedIn(view).GetValueOrDefault(operationId) is { Order: { } order } node ? InPlaceOperations.StateOf(order, node.Agent, Now) : _refusals.GetValueOrDefault(operationId);
    }

    /// <inheritdoc />
    public ValueTask<ProviderLimits?> LimitsAsync(CancellationToken cancellation) => ValueTask.FromResult<ProviderLimits?>(ProviderLimits.OfAgents);

    // A pass asks after many operations of one view.
    private Dictionary<string, Node> OrderedIn(ClusterView view)
    {
        var known = _ordered;
        if (ReferenceEquals(known.View, view))
        {
            return known.Nodes;
        }

        var ordered = new Dictionary<string, Node>(StringComparer.Ordinal);
        foreach (var node in view.Nodes.Values)
        {
            if (node.Order is { } order)
            {
                ordered[order.Id] = node;
            }
        }

        _ordered = new(view, ordered);
        return ordered;
    }

    private ProviderOperation Refused(ProviderRequest request, string code, string message)
    {
        if (_refusals.Count >= MostRefusals)
        {
            _refusals.Clear();
        }

        return _refusals[request.OperationId] = Failed(request, code, message);
    }

    private ProviderOperation Failed(ProviderRequest request, string code, string message) => new(request.OperationId, OperationState.Failed, Now, code, $"{message}.");

    /// <summary>The nodes of a view that have an order, by its id.</summary>
    private sealed record Ordered(ClusterView View, Dictionary<string, Node> Nodes);
}

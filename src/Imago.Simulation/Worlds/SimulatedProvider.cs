using Imago.Application.Ports;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Actions;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>What the infrastructure does with a request other than carrying it out.</summary>
/// <param name="FailWith">Error code, or null.</param>
/// <param name="NeverReady">The machine is made, but its kubelet never reports.</param>
/// <param name="Extra">How much longer it takes.</param>
public readonly record struct Interference(string? FailWith = null, bool NeverReady = false, Duration Extra = default);

/// <summary>Makes, reimages, reboots and deletes the simulated world's machines.</summary>
public sealed class SimulatedProvider : INodeProvider
{
    // How long a request for a machine waits before it is told that there is no room, as a share of the time to make one.
    private const double RefusalShare = 0.2;

    private readonly ClusterState _state;
    private readonly NodeLifecycle _nodes;
    private readonly NodeFactory _factory;
    private readonly MachineAgents _agents;

    // Requests to the agents of machines, by id; what became of them is read from the node.
    private readonly Dictionary<string, ProviderRequest> _ordered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ProviderOperation> _operations = new(StringComparer.Ordinal);
    private long _highestEpoch;
    private readonly HashSet<string> _extra = new(StringComparer.Ordinal);

    internal SimulatedProvider(ClusterState state, NodeLifecycle nodes, NodeFactory factory, MachineAgents agents)
    {
        _state = state;
        _nodes = nodes;
        _factory = factory;
        _agents = agents;
        agents.Carried += order =>
        {
            if (_ordered.TryGetValue(order.Id, out var request))
            {
                End(request);
            }
        };
    }

    /// <summary>Decides, per request, what goes wrong; null: nothing does.</summary>
    public Func<ProviderRequest, Interference>? Interfere { get; set; }

    /// <summary>Asked before a reimaged machine joins again: how it looks by now, or null if it has been given back meanwhile. Without it machines look as before.</summary>
    internal Func<SimulatedNode, NodeBlueprint?>? Rejoining { get; set; }

    /// <summary>Highest epoch of any request.</summary>
    internal long HighestEpoch => _highestEpoch;

    /// <summary>Machines that were made on request and not deleted, in the order of their names.</summary>
    internal IEnumerable<string> Extra => _extra.Order(StringComparer.Ordinal);

    /// <summary>All operations ever begun, by id.</summary>
    public IReadOnlyDictionary<string, ProviderOperation> Operations => _operations;

    public ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation) => ValueTask.FromResult(
        _ordered.TryGetValue(operationId, out var request) && Standing(request) is { Order: { } order } node
            ? InPlaceOperations.StateOf(order, node.Agent, _state.Time.Now)
            : request is not null && !_state.Nodes.ContainsKey(request.Node)
                ? new ProviderOperation(operationId, OperationState.Failed, _state.Time.Now, ProviderCodes.NodeNotFound, $"node '{request.Node}' does not exist")
                : _operations.GetValueOrDefault(operationId));

    public ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation)
    {
        if (request.Epoch < _highestEpoch)
        {
            return ValueTask.FromResult(new ProviderOperation(
                request.OperationId, OperationState.Failed, _state.Time.Now, ProviderCodes.StaleEpoch, $"epoch {request.Epoch} is lower than {_highestEpoch}"));
        }

        _highestEpoch = request.Epoch;
        if (_ordered.ContainsKey(request.OperationId) && Standing(request) is { Order: { } standing } ordered)
        {
            Renew(request, ordered, standing);
            return ValueTask.FromResult(InPlaceOperations.StateOf(ordered.Order!, ordered.Agent, _state.Time.Now));
        }

        if (!_operations.TryGetValue(request.OperationId, out var operation))
        {
            operation = new ProviderOperation(request.OperationId, OperationState.Running, null, null, null);
            _operations[request.OperationId] = operation;
            _state.Trace(new TraceEvent(_state.Time.Now, TraceKind.OperationBegun)
            {
                Pool = request.Pool,
                Node = _state.Nodes.GetValueOrDefault(request.Node)?.ToTrace(),
                Detail = request.OperationId,
            });
            Begin(request, Interfere?.Invoke(request) ?? default);
        }

        return ValueTask.FromResult(operation);
    }

    /// <summary>Puts back what was known when the world was put away.</summary>
    internal void Restore(long highestEpoch, IEnumerable<string> extra, IEnumerable<ProviderOperation> operations)
    {
        _highestEpoch = highestEpoch;
        _extra.UnionWith(extra);
        foreach (var operation in operations)
        {
            _operations[operation.Id] = operation;
        }

        foreach (var node in _state.Nodes.Values)
        {
            if (node.Order is { Mode: OrderMode.Drained } order)
            {
                _ordered[order.Id] = new ProviderRequest(order.Id, order.Content == OrderContent.Reboot ? ProviderVerb.Reboot : ProviderVerb.Reimage, node.Pool, node.Name, order.Image, order.Level, order.Epoch) { Archive = order.Archive };
            }
        }
    }

    // The node that has the order of a request.
    private SimulatedNode? Standing(ProviderRequest request) =>
        _state.Nodes.TryGetValue(request.Node, out var node) && string.Equals(node.Order?.Id, request.OperationId, StringComparison.Ordinal) ? node : null;

    // NM-48: as the provider of real machines does it.
    private void Renew(ProviderRequest request, SimulatedNode node, NodeOrder standing)
    {
        if (InPlaceOperations.OrderOf(request, _state.Time.Now) is { } asked && InPlaceOperations.Renewed(standing, asked, node.Agent) is { } renewed)
        {
            _agents.Give(node, renewed);
        }
    }

    private void Begin(ProviderRequest request, Interference trouble)
    {
        switch (request.Verb)
        {
            case ProviderVerb.Create:
                Create(request, trouble);
                break;
            case ProviderVerb.Reimage:
                Reimage(request, trouble);
                break;
            case ProviderVerb.Delete:
                Delete(request, trouble);
                break;
            case ProviderVerb.Reboot:
                Reboot(request, trouble);
                break;
            default:
                throw new InvalidOperationException($"Provider verb {request.Verb} is not known.");
        }
    }

    private void Create(ProviderRequest request, Interference trouble)
    {
        var takes = Takes(_state.Timing.SurgeProvision, request) + trouble.Extra;
        var code = trouble.FailWith ?? (_state.Settings.SpareNodes is { } spare && _extra.Count >= spare ? _state.Settings.CapacityCode : null);
        if (code is not null)
        {
            _state.Time.After(takes * RefusalShare, () => End(request, code, "the simulated infrastructure has no room for another node"));
            return;
        }

        _extra.Add(request.Node);
        _state.Time.After(takes, () =>
        {
            if (!_state.Nodes.ContainsKey(request.Node)
                && _factory.Make(request.Pool, request.Node, _state.NewUid("machine"), _state.Nodes.Values) is { } blueprint)
            {
                Join(blueprint, request, trouble, isSurge: true);
            }

            End(request);
        });
    }

    private void Reimage(ProviderRequest request, Interference trouble)
    {
        if (!_state.Nodes.TryGetValue(request.Node, out var node))
        {
            End(request, ProviderCodes.NodeNotFound, $"node '{request.Node}' does not exist");
            return;
        }

        if (trouble.FailWith is { } code)
        {
            _state.Time.After(_state.Timing.Reimage * RefusalShare, () => End(request, code, "the simulated infrastructure could not reimage the machine"));
            return;
        }

        if (node.IsMachine)
        {
            Order(request, node, trouble);
            return;
        }

        // UP-6: waits until the disks are detached.
        _state.Time.At(Instant.Max(_state.Time.Now, node.VolumesDetachedAt), () =>
        {
            if (!_state.Nodes.TryGetValue(request.Node, out var present) || present != node)
            {
                End(request, ProviderCodes.NodeNotFound, $"node '{request.Node}' went away");
                return;
            }

            if (_state.Settings.ReimageReplacesNode)
            {
                // UP-133, UP-7: the object goes and comes back anew; what was put on it by hand does not survive.
                _nodes.Remove(node);
            }
            else
            {
                _nodes.Down(node);
            }

            _state.Time.After(Takes(_state.Timing.Reimage, request) + trouble.Extra, () => Reimaged(request, node, trouble));
        });
    }

    // CH-31: its agent does it, and the machine stays.
    private void Order(ProviderRequest request, SimulatedNode node, Interference trouble)
    {
        if (InPlaceOperations.OrderOf(request, _state.Time.Now) is not { } order)
        {
            End(request, "NoOrder", $"image '{request.Image}' names no moment to patch to");
            return;
        }

        _ordered[request.OperationId] = request;
        _agents.Give(node, order, trouble.Extra, comesBack: !trouble.NeverReady);
    }

    private void Reimaged(ProviderRequest request, SimulatedNode node, Interference trouble)
    {
        if (_state.Settings.ReimageReplacesNode)
        {
            var blueprint = Rejoining is null ? node.Blueprint : Rejoining(node);
            if (blueprint is null)
            {
                End(request, ProviderCodes.NodeNotFound, $"node '{request.Node}' went away");
                return;
            }

            if (!_state.Nodes.ContainsKey(request.Node))
            {
                Join(blueprint, request, trouble, node.IsSurge);
            }
        }
        else if (_state.Nodes.GetValueOrDefault(request.Node) == node)
        {
            node.Image = request.Image!;
            node.ReachedLevel = request.Level;
            _state.Changed(node);
            if (!trouble.NeverReady)
            {
                _nodes.Boot(node);
            }
        }

        End(request);
    }

    // CH-13: the machine stops and starts again as it is. The request is done when the machine has gone down, as it is for machines that an agent restarts: whether it
    // comes back is for whoever asked to see.
    private void Reboot(ProviderRequest request, Interference trouble)
    {
        if (!_state.Nodes.TryGetValue(request.Node, out var node))
        {
            End(request, ProviderCodes.NodeNotFound, $"node '{request.Node}' does not exist");
            return;
        }

        if (trouble.FailWith is { } code)
        {
            _state.Time.After(_state.Timing.NodeBoot * RefusalShare, () => End(request, code, "the simulated infrastructure could not reboot the machine"));
            return;
        }

        if (node is { IsMachine: true, Agent: not null })
        {
            Order(request, node, trouble);
            return;
        }

        _nodes.Restart(node, trouble.Extra, comesBack: !trouble.NeverReady);
        End(request);
    }

    private void Delete(ProviderRequest request, Interference trouble)
    {
        if (trouble.FailWith is { } code)
        {
            _state.Time.After(_state.Timing.NodeDelete * RefusalShare, () => End(request, code, "the simulated infrastructure could not delete the machine"));
            return;
        }

        // Deleting what does not exist is no error.
        _state.Time.After(Takes(_state.Timing.NodeDelete, request) + trouble.Extra, () =>
        {
            if (_state.Nodes.TryGetValue(request.Node, out var node))
            {
                _nodes.Remove(node);
            }

            // Also of a machine whose node object somebody else has removed.
            _extra.Remove(request.Node);

            End(request);
        });
    }

    private void Join(NodeBlueprint blueprint, ProviderRequest request, Interference trouble, bool isSurge) =>
        _nodes.Join(blueprint, request.Image!, request.Level, isSurge, boots: !trouble.NeverReady);

    private Duration Takes(Duration nominal, ProviderRequest request) => _state.Draw(nominal, request.Verb.ToString(), request.Node + request.Image);

    private void End(ProviderRequest request, string? code = null, string? message = null)
    {
        _operations[request.OperationId] = new ProviderOperation(
            request.OperationId, code is null ? OperationState.Succeeded : OperationState.Failed, _state.Time.Now, code, message);
        _state.Trace(new TraceEvent(_state.Time.Now, TraceKind.OperationEnded)
        {
            Pool = request.Pool,
            Node = _state.Nodes.GetValueOrDefault(request.Node)?.ToTrace(),
            Detail = code is null ? request.OperationId : $"{request.OperationId}: {code}: {message}",
        });
        _state.Tell();
    }
}

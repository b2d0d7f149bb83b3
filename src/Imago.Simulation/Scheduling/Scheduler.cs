using Imago.Simulation.Blueprints;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Scheduling;

/// <summary>
/// Places pending pods on nodes: filters first, then scores. It honours resources, node selectors, required affinity and anti-affinity, taints, hard topology
/// spread, volume zones and host ports; preferences are a score. It never reads image versions.
/// </summary>
/// <remarks>
/// As the real scheduler does in large clusters, it stops looking once it has found enough nodes that would do (all of them below 100 nodes, else a share
/// that shrinks from 50 % to 5 %), and starts each search where the last one ended.
/// </remarks>
internal sealed class Scheduler(PodGroups groups)
{
    private const int AllBelow = 100;

    private readonly Dictionary<string, NodeShape> _shapes = new(StringComparer.Ordinal);
    private readonly List<NodeShape> _shapeOrder = [];

    // Used again for every pod: two lists of hundreds of nodes for each would be most of what a long run allocates.
    private readonly List<SimulatedNode> _found = [];
    private readonly List<Marks> _marks = [];
    private int _nodes;
    private int _start;

    public NodeShape ShapeOf(NodeBlueprint node)
    {
        var key = NodeShape.KeyOf(node);
        if (!_shapes.TryGetValue(key, out var shape))
        {
            _shapes[key] = shape = NodeShape.Of(node);
            _shapeOrder.Add(shape);
        }

        return shape;
    }

    /// <summary>All kinds of nodes there have been, in the order in which they appeared.</summary>
    public IReadOnlyList<NodeShape> Shapes => _shapeOrder;

    /// <summary>Where the next search begins.</summary>
    public int Position
    {
        get => _start;
        set => _start = value;
    }

    /// <summary>Puts back a kind of nodes; its nodes follow.</summary>
    public void Restore(NodeShape shape)
    {
        _shapes[NodeShape.KeyOf(shape.Labels, shape.Taints)] = shape;
        _shapeOrder.Add(shape);
    }

    public void Add(SimulatedNode node)
    {
        node.Shape.Nodes.Add(node);
        _nodes++;
    }

    public void Remove(SimulatedNode node)
    {
        node.Shape.Nodes.Remove(node);
        _nodes--;
    }

    /// <summary>The best node for a pod, or null if none will do now.</summary>
    public SimulatedNode? Place(SimulatedPod pod)
    {
        var template = pod.Template;
        var shapes = _shapeOrder.Where(s => s.Nodes.Count > 0 && ShapeAdmits(template, s)).ToList();
        var total = shapes.Sum(s => s.Nodes.Count);
        if (total == 0)
        {
            return null;
        }

        var placement = new Placement(pod, groups, _shapeOrder);
        var enough = Enough();
        var found = _found;
        found.Clear();
        var first = _start % total;
        for (var i = 0; i < total && found.Count < enough; i++)
        {
            var node = At(shapes, (first + i) % total);
            if (node.TakesPods && placement.Admits(node))
            {
                found.Add(node);
            }

            // Runs are long and clusters large: the position must not run over.
            _start = _start == int.MaxValue ? 0 : _start + 1;
        }

        return found.Count == 0 ? null : placement.Best(found, _marks);
    }

    private static SimulatedNode At(List<NodeShape> shapes, int index)
    {
        foreach (var shape in shapes)
        {
            if (index < shape.Nodes.Count)
            {
                return shape.Nodes[index];
            }

            index -= shape.Nodes.Count;
        }

        throw new InvalidOperationException("The index lies outside the shapes.");
    }

    // A shape cannot decide what is asked of the single node; those expressions are left to the node.
    private static bool ShapeAdmits(PodTemplate template, NodeShape shape)
    {
        foreach (var taint in shape.Taints)
        {
            if (taint.Effect != TaintEffect.PreferNoSchedule && !NodeMatching.Tolerates(template, taint))
            {
                return false;
            }
        }

        foreach (var (key, value) in template.NodeSelector)
        {
            if (!NodeShape.IsPerNode(key) && !(shape.Labels.TryGetValue(key, out var found) && string.Equals(found, value, StringComparison.Ordinal)))
            {
                return false;
            }
        }

        return true;
    }

    private int Enough()
    {
        if (_nodes < AllBelow)
        {
            return _nodes;
        }

        var percent = Math.Max(5, 50 - (_nodes / 125));
        return Math.Max(AllBelow, _nodes * percent / 100);
    }
}

using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Scheduling;

/// <summary>What the pods bound to a node take of it.</summary>
internal sealed class NodeUsage
{
    private Dictionary<string, long>? _others;
    private Dictionary<int, int>? _ports;

    public long MilliCpu { get; private set; }

    public long MemoryBytes { get; private set; }

    public int Pods { get; private set; }

    public void Add(PodTemplate template) => Change(template, 1);

    public void Remove(PodTemplate template) => Change(template, -1);

    public bool Fits(PodTemplate template, Resources allocatable)
    {
        var asked = template.Requests;
        if (Pods + 1 > allocatable.Pods
            || (asked.MilliCpu > 0 && MilliCpu + asked.MilliCpu > allocatable.MilliCpu)
            || (asked.MemoryBytes > 0 && MemoryBytes + asked.MemoryBytes > allocatable.MemoryBytes))
        {
            return false;
        }

        // Most pods ask for nothing else, and even an empty sorted dictionary takes a while to walk through.
        if (asked.Others.Count == 0 && template.HostPorts.IsDefaultOrEmpty)
        {
            return true;
        }

        foreach (var (name, amount) in asked.Others)
        {
            if (amount > 0 && (_others?.GetValueOrDefault(name) ?? 0) + amount > allocatable.Others.GetValueOrDefault(name))
            {
                return false;
            }
        }

        foreach (var port in template.HostPorts)
        {
            if (_ports?.GetValueOrDefault(port) > 0)
            {
                return false;
            }
        }

        return true;
    }

    private void Change(PodTemplate template, int sign)
    {
        MilliCpu += sign * template.Requests.MilliCpu;
        MemoryBytes += sign * template.Requests.MemoryBytes;
        Pods += sign;
        foreach (var (name, amount) in template.Requests.Others)
        {
            _others ??= new(StringComparer.Ordinal);
            _others[name] = _others.GetValueOrDefault(name) + (sign * amount);
        }

        foreach (var port in template.HostPorts)
        {
            _ports ??= [];
            _ports[port] = _ports.GetValueOrDefault(port) + sign;
        }
    }
}

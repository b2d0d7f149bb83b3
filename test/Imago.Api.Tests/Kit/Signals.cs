using Imago.Application.Engine;

namespace Imago.Api.Tests.Kit;

/// <summary>Notes which clusters were nudged.</summary>
internal sealed class Signals : IEngineSignal
{
    private readonly Lock _gate = new();
    private readonly List<string> _nudged = [];

    public IReadOnlyList<string> Nudged
    {
        get
        {
            lock (_gate)
            {
                return [.. _nudged];
            }
        }
    }

    public void Nudge(string clusterKey)
    {
        lock (_gate)
        {
            _nudged.Add(clusterKey);
        }
    }
}

using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>What a machine says of itself.</summary>
internal enum GuestReadiness
{
    /// <summary>Nothing yet, or the control plane has said in its place that nobody knows.</summary>
    Unknown,

    /// <summary>It is there, and takes no pods.</summary>
    NotReady,

    Ready,
}

/// <summary>
/// Nodes whose machines are somewhere else and were registered by clients. The world plays nothing of them but what the control plane does: it schedules pods onto them,
/// and it misses one that is no longer heard of.
/// </summary>
internal sealed class GuestNodes(ClusterState state, NodeLifecycle nodes)
{
    // Nodes that are looked at when their time may be over.
    private readonly HashSet<SimulatedNode> _watched = [];

    /// <summary>The <c>node-monitor-grace-period</c> of kube-controller-manager. The machines are real, and so is this time, however fast the rest of the world goes.</summary>
    public static Duration Grace { get; } = Duration.FromSeconds(40);

    /// <summary>How many looks are planned: they follow from when guests were heard of, and need not be put away.</summary>
    public int Planned => _watched.Count;

    /// <summary>Told before the world misses a guest.</summary>
    public event Action<SimulatedNode>? Missed;

    /// <summary>A guest has renewed its lease, or reported.</summary>
    public void Heard(SimulatedNode guest)
    {
        guest.HeardAt = state.Time.Now;
        Watch(guest);
    }

    /// <summary>What a guest says of itself counts.</summary>
    public void Report(SimulatedNode guest, GuestReadiness readiness, bool underPressure)
    {
        guest.UnderPressure = underPressure;
        if (readiness == GuestReadiness.Ready && !guest.Ready)
        {
            nodes.Up(guest);
        }
        else if (readiness == GuestReadiness.NotReady && (guest.Ready || !guest.IsUp))
        {
            nodes.Unready(guest);
        }
        else if (readiness == GuestReadiness.Unknown)
        {
            nodes.Down(guest);
        }
    }

    /// <summary>The world was read from where it was put away.</summary>
    public void Restored()
    {
        foreach (var guest in state.Nodes.Values.Where(n => n.HeardAt is not null))
        {
            Watch(guest);
        }
    }

    /// <summary>The control plane is there again: it could not be told anything meanwhile, and begins to count anew.</summary>
    public void Resumed()
    {
        foreach (var guest in state.Nodes.Values.Where(n => n.HeardAt is not null))
        {
            Heard(guest);
        }
    }

    private void Watch(SimulatedNode guest)
    {
        if (!state.Stopped && _watched.Add(guest))
        {
            state.Time.At(guest.HeardAt!.Value + Grace, () => Look(guest));
        }
    }

    private void Look(SimulatedNode guest)
    {
        _watched.Remove(guest);
        if (state.Stopped || !nodes.IsPresent(guest) || guest.HeardAt is not { } heardAt)
        {
            return;
        }

        if (state.Time.Now < heardAt + Grace)
        {
            Watch(guest);
            return;
        }

        guest.HeardAt = null;
        Missed?.Invoke(guest);
        if (guest.IsUp || guest.Ready)
        {
            nodes.Down(guest);
        }
        else
        {
            // It never was Ready; what is known of it has changed all the same.
            state.Changed(guest);
        }
    }
}

namespace Imago.Application.Engine;

/// <summary>Tells the engine of this process that clusters have been nudged in the store, so that it need not wait for its next look.</summary>
public interface IEngineSignal
{
    void Nudge(string clusterKey);

    /// <summary>
    /// Something has happened in a cluster itself, of which the store knows nothing. If this process has it open, it is passed over soon; many such calls within a moment
    /// are one. May be called from any thread, and often.
    /// </summary>
    void Happened(string clusterKey)
    {
    }

    /// <summary>
    /// A cluster has other nodes than before, or nodes that run something else. If this process works on it but has it put away, it is woken after a while: its pools may
    /// be others. May be called from any thread, and often.
    /// </summary>
    void NodesChanged(string clusterKey)
    {
    }
}

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
}

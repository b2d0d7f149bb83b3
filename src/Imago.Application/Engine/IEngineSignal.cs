namespace Imago.Application.Engine;

/// <summary>Tells the engine of this process that clusters have been nudged in the store, so that it need not wait for its next look.</summary>
public interface IEngineSignal
{
    void Nudge(string clusterKey);
}

using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;

namespace Imago.Application.Ports;

/// <summary>Told what a reconciler decided and did, for traces, progress and tests. Never answers anything.</summary>
public interface IReconcileObserver
{
    /// <summary>A decision about whether and what to start.</summary>
    void Decided(ClusterInput input, ClusterPlan plan);

    /// <summary>A decision about one pool's next steps.</summary>
    void Decided(ClusterInput input, RolloutPlan plan);

    /// <summary>An action is about to be carried out.</summary>
    void Acting(RolloutAction action);

    /// <summary>An action failed or was refused; the text says how.</summary>
    void Refused(RolloutAction action, string answer);

    /// <summary>Events for the cluster itself could not be told, and will not be; the text says why.</summary>
    void NotTold(int events, string answer)
    {
    }
}

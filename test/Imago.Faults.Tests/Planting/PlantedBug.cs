using Imago.Application.Ports;
using Imago.Application.Reconciling;
using Imago.Faults.Tests.Checking;
using Imago.Simulation.Blueprints;

namespace Imago.Faults.Tests.Planting;

/// <summary>A bug that is put around the production code, to see whether the search finds it. Without overrides it does nothing.</summary>
internal abstract class PlantedBug
{
    public virtual IClusterConnection Around(IClusterConnection connection, Truth truth) => connection;

    public virtual INodeProvider Around(INodeProvider provider, string process) => provider;

    /// <summary>The cluster as the world has it; the checks go by the one of the scenario.</summary>
    public virtual ClusterBlueprint Around(ClusterBlueprint blueprint) => blueprint;

    public virtual IDecider Around(IDecider decider) => decider;
}

namespace Imago.Simulation.Serving;

/// <summary>What is running in a new served cluster.</summary>
public enum SampleWorkloads
{
    /// <summary>Only what every cluster runs for itself.</summary>
    None,

    /// <summary>A few small applications with budgets, so that a drain has something to ask for.</summary>
    Sample,

    /// <summary>The shop of <c>imago demo</c>: one of its applications is slow to start and holds nodes for a while.</summary>
    Shop,
}

/// <summary>What a served world must know of its cluster to make nodes that look like those of AKS; fixed when the world is made.</summary>
/// <param name="Name">Name of the cluster.</param>
/// <param name="NodeResourceGroup">IM-15: value of the label that names the cluster.</param>
/// <param name="Location">The region, for its label and the names of zones.</param>
/// <param name="ScaleSet">Eight digits in the names of its nodes.</param>
/// <param name="Workloads">What runs in it.</param>
internal sealed record ServedFacts(string Name, string NodeResourceGroup, string Location, string ScaleSet, SampleWorkloads Workloads);

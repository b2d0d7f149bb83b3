using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Domain.Clusters.Pools;
using NodaTime;

namespace Imago.Application.Attachments.Checks;

/// <summary>Everything that was gathered of a cluster, for the checks to judge. Null and empty mean that it could not be found out.</summary>
public sealed record ClusterFacts
{
    /// <summary>Address of the API.</summary>
    public required string Server { get; init; }

    /// <summary>Version of the API, for example <c>v1.36.2</c>.</summary>
    public required string Version { get; init; }

    /// <summary>When it was looked at, by our clock.</summary>
    public required Instant Now { get; init; }

    /// <summary>Namespace of records and lease.</summary>
    public string Namespace { get; init; } = Attachment.OwnNamespace;

    /// <summary>Whether the kubeconfig asks not to verify the API's certificate.</summary>
    public bool TlsUnverified { get; init; }

    /// <summary>How far the cluster's clock is ahead of ours (negative: behind); null: it did not say what time it is.</summary>
    public Duration? ClockAhead { get; init; }

    /// <summary>Group versions that the API serves, for example <c>policy/v1</c>; default: they could not be read.</summary>
    public ImmutableArray<string> Apis { get; init; }

    /// <summary>Permissions that are missing, each with the API's reason; default: the API did not tell.</summary>
    public ImmutableArray<RefusedPermission> Refused { get; init; }

    /// <summary>Nodes, all of them; default: they may not be listed.</summary>
    public ImmutableArray<SeenNode> Nodes { get; init; }

    /// <summary>What the planner would see.</summary>
    public ClusterView View { get; init; } = ClusterView.Empty;

    /// <summary>The pools found.</summary>
    public ImmutableArray<DiscoveredPool> Pools { get; init; } = [];

    /// <summary>The pools chosen by the user; empty: the usual labels decide.</summary>
    public ImmutableArray<ChosenPool> Chosen { get; init; } = [];

    /// <summary>DaemonSets and Deployments.</summary>
    public ImmutableArray<SeenWorkload> Workloads { get; init; } = [];

    /// <summary>Plans of the system-upgrade-controller, as <c>namespace/name</c>.</summary>
    public ImmutableArray<string> UpgradePlans { get; init; } = [];

    /// <summary>What trying the node provider out came to; default: none was named.</summary>
    public ImmutableArray<Finding> Provider { get; init; }

    /// <summary>Whether agents on the nodes are to patch them in place.</summary>
    public bool InPlace { get; init; }

    /// <summary>What is in our namespace; null: it could not be read.</summary>
    public OwnTraces? Traces { get; init; }
}

/// <summary>A permission that is missing.</summary>
/// <param name="Permission">Which.</param>
/// <param name="Reason">What the API says; empty if nothing.</param>
public sealed record RefusedPermission(ClusterPermission Permission, string Reason);

/// <summary>A node with what only checks look at.</summary>
/// <param name="Node">As the planner sees it.</param>
/// <param name="Facts">What finding pools knows.</param>
/// <param name="Annotations">Its annotations.</param>
/// <param name="Taints">Keys of its taints.</param>
public sealed record SeenNode(Node Node, NodeFacts Facts, IReadOnlyDictionary<string, string> Annotations, ImmutableArray<string> Taints)
{
    /// <summary>Its name.</summary>
    public string Name => Node.Name;

    /// <summary>The machine behind it, as the cloud names it; null: it does not say.</summary>
    public string? ProviderId { get; init; }
}

/// <summary>A DaemonSet or Deployment.</summary>
/// <param name="Kind">Which of both.</param>
/// <param name="Key">Namespace and name.</param>
/// <param name="Images">Images of its containers.</param>
/// <param name="Labels">Its labels.</param>
public sealed record SeenWorkload(string Kind, ObjectKey Key, ImmutableArray<string> Images, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>For people.</summary>
    public override string ToString() => $"{Kind} {Key}";
}

/// <summary>What Imago left or keeps in a cluster's namespace.</summary>
/// <param name="NamespaceExists">Whether there is the namespace.</param>
/// <param name="Records">Pools of which there is a rollout record.</param>
/// <param name="LeaseHolder">Who holds the lease, or held it last; null: there is none.</param>
/// <param name="LeaseEnds">When it runs out unless it is renewed; null: there is none.</param>
public sealed record OwnTraces(bool NamespaceExists, ImmutableArray<string> Records, string? LeaseHolder, Instant? LeaseEnds)
{
    /// <summary>Whether we may make the namespace if there is none; the account of the manifest may not, because the manifest makes it.</summary>
    public bool NamespaceCanBeMade { get; init; }
}

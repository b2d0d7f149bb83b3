using System.Collections.Immutable;
using Imago.Domain.Clusters;

namespace Imago.Application.Attachments;

/// <summary>A look at a cluster that may be attached, or is: what it is, and whether Imago can work on it. Nothing was changed.</summary>
/// <param name="Server">Address of its API.</param>
/// <param name="KubernetesVersion">Version of its API, for example <c>v1.36.2</c>.</param>
/// <param name="View">What was observed.</param>
/// <param name="Pools">The pools found, by name.</param>
/// <param name="Findings">What was checked and how it ended, in the order of the checks.</param>
public sealed record Inspection(string Server, string KubernetesVersion, ClusterView View, ImmutableArray<InspectedPool> Pools, ImmutableArray<Finding> Findings)
{
    /// <summary>What the node provider can do and has room for; null: there is none, or it did not say.</summary>
    public ProviderLimits? Limits { get; init; }
}

/// <summary>A pool as it was found.</summary>
/// <param name="Name">Name.</param>
/// <param name="FoundBy">How it was found, for people: <c>label agentpool</c>.</param>
/// <param name="Nodes">Number of its nodes.</param>
/// <param name="Mode"><c>System</c> or <c>User</c>.</param>
/// <param name="OsType"><c>Linux</c> or <c>Windows</c>.</param>
/// <param name="OsSku">OS SKU, or empty if it cannot be told.</param>
/// <param name="Architecture"><c>amd64</c> or <c>arm64</c>.</param>
/// <param name="Image">The image that most of its nodes say they run, or empty.</param>
/// <param name="Kubelet">The lowest kubelet version, without a v; null: unreadable.</param>
/// <param name="Zones">Zones of its nodes.</param>
/// <param name="AutoProvisioned">Whether an auto-provisioner made all its nodes (CH-89).</param>
public sealed record InspectedPool(
    string Name, string FoundBy, int Nodes, string Mode, string OsType, string OsSku, string Architecture, string Image, string? Kubelet, ImmutableArray<string> Zones, bool AutoProvisioned);

/// <summary>How bad a finding is.</summary>
public enum FindingLevel
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Worth knowing.</summary>
    Note,

    /// <summary>Works, but something will not go well.</summary>
    Warning,

    /// <summary>Imago cannot work like this.</summary>
    Problem,
}

/// <summary>One thing that was checked.</summary>
/// <param name="Code">Stable name of the check, for scripts: <c>PermissionMissing</c>.</param>
/// <param name="Level">How bad it is.</param>
/// <param name="Subject">What it is about: <c>pods/eviction</c>, <c>PodDisruptionBudget shop/admin</c>.</param>
/// <param name="Message">What was found.</param>
/// <param name="Remedy">What to do; empty when nothing.</param>
public sealed record Finding(string Code, FindingLevel Level, string Subject, string Message, string Remedy);

/// <summary>Looks at clusters through an attachment that may not be stored yet.</summary>
public interface IClusterInspector
{
    /// <summary>Looks and checks.</summary>
    /// <exception cref="InspectionException">The cluster cannot be reached like this; the message says what to do.</exception>
    ValueTask<Inspection> InspectAsync(Attachment attachment, CancellationToken cancellation);
}

/// <summary>A cluster cannot be looked at: the kubeconfig is wrong, nobody answers, or nobody may read.</summary>
public sealed class InspectionException : Exception
{
    public InspectionException()
    {
    }

    public InspectionException(string message)
        : base(message)
    {
    }

    public InspectionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the kubeconfig, or what else was asked for, is wrong; else the cluster does not answer as it should.</summary>
    public bool IsAboutTheRequest { get; init; }
}

using System.Collections.Immutable;
using Imago.Api.Documents;
using Imago.Contracts.Errors;
using Imago.Contracts.Versions;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;

namespace Imago.Api.Admission;

/// <summary>Both channels of a cluster when it is written.</summary>
/// <remarks>Rules: CH-1…7, CH-50…53, CH-60…71, CH-80…83, CH-88, CU-1, CU-8, CU-13.</remarks>
internal static class ClusterChannels
{
    public const string SecurityPatchFeature = "NodeOsUpgradeChannelPreview";
    public const string DisruptionFeature = "NodeDisruptionProfile";

    private const string NodeOsPath = "properties.autoUpgradeProfile.nodeOSUpgradeChannel";
    private const string ClusterPath = "properties.autoUpgradeProfile.upgradeChannel";
    private const string PolicyPath = "properties.nodeDisruptionProfile.nodeDisruptionPolicy";
    private const string StableChannel = "stable";

    // CH-62: the seed writes "06-01-2022" and means this day.
    private static readonly ApiVersion NodeImageByDefault = ApiVersion.Of("2023-06-01");
    private static readonly ApiVersion SecurityPatchIsStable = ApiVersion.Of("2024-05-01");

    /// <summary>Settles both channels in the merged document.</summary>
    /// <param name="requested">The request.</param>
    /// <param name="merged">The document after the write; changed to what is to be stored.</param>
    /// <param name="stored">The document before it; null for a new cluster.</param>
    /// <param name="kubernetes">The cluster's Kubernetes version, and how its minor is supported.</param>
    /// <param name="version">The api-version.</param>
    /// <param name="context">What else counts.</param>
    /// <param name="problems">Gets what is wrong.</param>
    public static void Settle(
        ClusterDocument requested, ClusterDocument merged, ClusterDocument? stored, (KubernetesVersion? Version, KubernetesSupport Support) kubernetes, ApiVersion version, AdmissionContext context, AdmissionProblems problems)
    {
        var profile = merged.Properties.Inner("autoUpgradeProfile");
        if (stored is null && merged.IsAutomatic)
        {
            // CH-64, CU-13: Automatic clusters have both channels fixed.
            profile.Default("upgradeChannel", StableChannel);
        }

        // CU-1: none unless somebody chooses.
        profile.Default("upgradeChannel", ClusterDocument.NoClusterChannel);
        var asked = AskedFor(requested);
        GateSecurityPatch(asked, version, context, problems);

        // CH-80…83: the final state counts. CH-63: an update keeps what is stored; a new cluster has nothing stored.
        var (channel, refusal) = ChannelCoupling.AfterWrite(
            stored?.ClusterChannel ?? ClusterDocument.NoClusterChannel, stored?.NodeOsChannel ?? NodeOsChannel.Unspecified, merged.ClusterChannel, asked);
        if (stored is null && channel == NodeOsChannel.Unspecified)
        {
            // CH-60, CH-61: what a new cluster gets depends on the api-version. CH-65: texts that call Unmanaged or manual upgrades the default are stale.
            channel = merged.IsAutomatic || version >= NodeImageByDefault ? NodeOsChannel.NodeImage : NodeOsChannel.None;
        }

        if (refusal is not null)
        {
            problems.Add(NodeOsPath, refusal);
        }

        KeepAutomatic(asked, merged, stored, problems);
        if (channel != NodeOsChannel.Unspecified)
        {
            profile[NodeOsChannels.WireProperty] = channel.ToString();
        }

        NeedSupport(channel, merged, stored, kubernetes.Support, $"{kubernetes.Version?.Major}.{kubernetes.Version?.Minor}", problems);
    }

    /// <summary>What the change of the node OS channel does, or null if there is none; a refusal is added to the problems.</summary>
    public static ChannelChange? Transition(
        ClusterDocument merged, ClusterDocument? stored, IEnumerable<(string Name, PoolOs Os)> pools, MaintenanceConfiguration? window, AdmissionContext context, AdmissionProblems problems,
        bool inPlace = false)
    {
        if (merged.DisruptionPolicy != stored?.DisruptionPolicy && merged.Properties["nodeDisruptionProfile"] is not null && !context.FeatureRegistered(DisruptionFeature))
        {
            problems.Add(PolicyPath, NotRegistered("The node disruption policy", DisruptionFeature), ErrorCodes.FeatureNotRegistered);
        }

        if (stored is null || merged.NodeOsChannel == stored.NodeOsChannel)
        {
            return null;
        }

        // CH-53: the stricter of the policies before and after the write, else one write could lift what should hold it back; loosening it first is a write of its own.
        var (effect, refusal) = ChannelTransition.Plan(
            stored.NodeOsChannel, merged.NodeOsChannel, Stricter(stored.DisruptionPolicy, merged.DisruptionPolicy), window?.Times.StateAt(context.Now), inPlace: inPlace);
        if (refusal is not null)
        {
            problems.Add(NodeOsPath, refusal, ErrorCodes.NodeDisruptionNotAllowed);
        }

        // CH-50: only pools with an on-node updater to switch.
        ImmutableArray<string> reimaged = effect == TransitionEffect.Reimage ? [.. pools.Where(p => ChannelTransition.Affects(p.Os)).Select(p => p.Name)] : [];
        return new ChannelChange(stored.NodeOsChannel, merged.NodeOsChannel, reimaged);
    }

    private static NodeOsChannel? AskedFor(ClusterDocument requested) => requested.NodeOsChannel is var asked and not NodeOsChannel.Unspecified ? asked : null;

    // CH-70, CH-71.
    private static void GateSecurityPatch(NodeOsChannel? asked, ApiVersion version, AdmissionContext context, AdmissionProblems problems)
    {
        if (asked != NodeOsChannel.SecurityPatch || version >= SecurityPatchIsStable)
        {
            return;
        }

        if (!version.IsPreview)
        {
            problems.Add(NodeOsPath,
                $"Node OS upgrade channel SecurityPatch can be set from api-version {SecurityPatchIsStable} on; the request's is {version}. Use a newer one, or leave the property out to keep what is stored.",
                ErrorCodes.PropertyNeedsNewerApiVersion);
        }
        else if (!context.FeatureRegistered(SecurityPatchFeature))
        {
            problems.Add(NodeOsPath, NotRegistered("Node OS upgrade channel SecurityPatch", SecurityPatchFeature), ErrorCodes.FeatureNotRegistered);
        }
    }

    private static string NotRegistered(string what, string feature) =>
        $"{what} needs preview feature Microsoft.ContainerService/{feature}, which is not registered for this subscription. Register it (az feature register --namespace Microsoft.ContainerService --name {feature}) and wait until its state is Registered.";

    // CH-64, CU-13: refused at create and at update; a cluster made otherwise keeps what it has.
    private static void KeepAutomatic(NodeOsChannel? asked, ClusterDocument merged, ClusterDocument? stored, AdmissionProblems problems)
    {
        if (!merged.IsAutomatic)
        {
            return;
        }

        if (asked is { } other && other != NodeOsChannel.NodeImage && other != stored?.NodeOsChannel)
        {
            problems.Add(NodeOsPath, $"Node OS upgrade channel {other} cannot be set on a cluster of SKU Automatic: it is NodeImage there. Leave it out.");
        }

        if (!string.Equals(merged.ClusterChannel, StableChannel, StringComparison.Ordinal) && !string.Equals(merged.ClusterChannel, stored?.ClusterChannel, StringComparison.Ordinal))
        {
            problems.Add(ClusterPath, $"Upgrade channel '{merged.ClusterChannel}' cannot be set on a cluster of SKU Automatic: it is '{StableChannel}' there. Leave it out.");
        }
    }

    private static void NeedSupport(NodeOsChannel channel, ClusterDocument merged, ClusterDocument? stored, KubernetesSupport support, string minor, AdmissionProblems problems)
    {
        // CH-88: setting counts, not having.
        if (channel != stored?.NodeOsChannel && SupportRules.RefusalOf(channel, support, minor) is { } refusal)
        {
            problems.Add(NodeOsPath, refusal);
        }

        // CU-8: likewise for the cluster channel, node-image included.
        var enables = !string.Equals(merged.ClusterChannel, ClusterDocument.NoClusterChannel, StringComparison.Ordinal)
            && !string.Equals(merged.ClusterChannel, stored?.ClusterChannel, StringComparison.Ordinal);
        if (enables && support != KubernetesSupport.Supported)
        {
            problems.Add(ClusterPath, $"Upgrade channel '{merged.ClusterChannel}' needs a supported Kubernetes minor; {minor} is not. Upgrade Kubernetes first, or use 'none'.");
        }
    }

    private static NodeDisruptionPolicy Stricter(NodeDisruptionPolicy one, NodeDisruptionPolicy other) => (NodeDisruptionPolicy)Math.Max((int)one, (int)other);
}

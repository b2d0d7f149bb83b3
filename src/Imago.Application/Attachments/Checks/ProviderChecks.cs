using System.Collections.Immutable;

namespace Imago.Application.Attachments.Checks;

/// <summary>Whether somebody can make and reimage nodes.</summary>
internal static class ProviderChecks
{
    // UP-80: the provider is reachable; what trying it out came to is told as it is.
    public static ImmutableArray<Finding> Of(ClusterFacts cluster) => !cluster.Provider.IsDefault ? cluster.Provider :
    [
        new Finding(
            FindingCodes.ProviderMissing, FindingLevel.Note, "provider",
            "Nobody is named who makes and reimages nodes. Imago can observe, explain, check and forecast; channels None and Unmanaged are possible, NodeImage and SecurityPatch are not.",
            "To let Imago upgrade nodes, run a node provider and name it with --provider external --provider-endpoint URL, or install the agent on the nodes and choose --provider in-place (docs/kubernetes/attach.md)."),
    ];
}

namespace Imago.Application.Attachments.Checks;

/// <summary>Whether somebody can make and reimage nodes.</summary>
internal static class ProviderChecks
{
    public static IEnumerable<Finding> Of(ClusterFacts cluster)
    {
        // UP-80: the provider is reachable.
        yield return cluster.Provider switch
        {
            null => new Finding(
                FindingCodes.ProviderMissing, FindingLevel.Note, "provider",
                "Nobody is named who makes and reimages nodes. Imago can observe, explain, check and forecast; channels None and Unmanaged are possible, NodeImage and SecurityPatch are not.",
                "To let Imago upgrade nodes, run a node provider and name it with --provider external --provider-endpoint URL (docs/kubernetes/attach.md)."),
            { Problem: { } problem } provider => new Finding(
                FindingCodes.ProviderUnreachable, FindingLevel.Problem, provider.Endpoint, problem,
                "See that the provider runs, that this server reaches its address, and that token and authority are the right ones."),
            var provider => ClusterChecks.Good(FindingCodes.Provider, provider.Endpoint, provider.Abilities.Length == 0 ? "It answers." : $"It answers. {provider.Abilities}"),
        };
    }
}

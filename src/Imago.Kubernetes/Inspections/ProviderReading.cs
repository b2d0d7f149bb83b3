using System.Collections.Immutable;
using Imago.Application.Attachments;
using Imago.Application.Attachments.Checks;
using Imago.Application.Ports;
using Imago.Kubernetes.Providers.Checking;

namespace Imago.Kubernetes.Inspections;

/// <summary>Tries the node provider of an attachment out, without carrying anything out.</summary>
internal static class ProviderReading
{
    /// <summary>What was found, and what the provider has room for; default if no provider is named.</summary>
    public static async Task<(ImmutableArray<Finding> Findings, ProviderLimits? Limits)> AskAsync(Attachment attachment, ImmutableArray<SeenNode> nodes, TimeProvider clock, CancellationToken cancellation)
    {
        if (attachment.Provider is not { } provider)
        {
            return default;
        }

        if (provider.Kind == ProviderKinds.InPlace)
        {
            // There is nobody to ask: what agents report stands on the nodes, and is judged with them.
            return ([], ProviderLimits.OfAgents);
        }

        var probe = new ProviderProbe();
        if ((nodes.IsDefault ? [] : nodes).FirstOrDefault(n => n.Facts.Membership is { Managed: true, AutoProvisioned: false } && n.Node.Image.IsKnown) is { } node)
        {
            probe = probe with { Pool = node.Node.Pool, Node = node.Name, Image = node.Node.Image.Text };
        }

        // Requests name the cluster itself where it has a name: the provider may know it by that only.
        if (attachment.ClusterKey.Length > 0)
        {
            probe = probe with { Cluster = attachment.ClusterKey };
        }

        try
        {
            using var check = new ProviderCheck(provider, probe, clock);
            var findings = await check.RunAsync(cancellation);
            return (findings, check.Limits);
        }
        catch (ConnectionException problem)
        {
            return ([new Finding(FindingCodes.ProviderReachable, FindingLevel.Problem, provider.Endpoint?.ToString() ?? provider.Kind, problem.Message, "Correct the endpoint, the token or the authority of the provider.")], null);
        }
    }
}

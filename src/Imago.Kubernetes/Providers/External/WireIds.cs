using System.Security.Cryptography;
using System.Text;
using Imago.Domain.Rollouts.Actions;

namespace Imago.Kubernetes.Providers.External;

/// <summary>Ids of operations as a provider gets them.</summary>
/// <remarks>
/// Ours are unique within a cluster only, and hold slashes, which proxies treat each in their own way. The digest makes them unique among all clusters that a provider
/// serves; what stands before it is for people who read the provider's log. It follows from the id alone, so that a successor finds what its predecessor began.
/// </remarks>
internal static class WireIds
{
    private const int LongestReadable = 150;

    public static string Of(string clusterKey, string operationId)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{clusterKey}\n{operationId}")).AsSpan(0, 12));
        var readable = string.Concat(operationId.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '_'));
        return $"{readable[..Math.Min(readable.Length, LongestReadable)]}.{digest}";
    }

    /// <summary>The verb as the wire has it.</summary>
    public static string Of(ProviderVerb verb) => verb switch
    {
        ProviderVerb.Create => "Create",
        ProviderVerb.Reimage => "Reimage",
        ProviderVerb.Delete => "Delete",
        ProviderVerb.Reboot => "Reboot",
        _ => throw new InvalidOperationException($"Provider verb {verb} is not known."),
    };
}

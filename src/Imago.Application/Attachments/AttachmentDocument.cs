using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;

namespace Imago.Application.Attachments;

/// <summary>An attachment as it is stored. What is secret is encrypted before it is in the document, and bound to the cluster and to what it is.</summary>
public static class AttachmentDocument
{
    /// <summary>The name of the only attachment a cluster has.</summary>
    public const string Name = "default";

    private const string KubeconfigSecret = "kubeconfig";
    private const string TokenSecret = "providerToken";

    /// <summary>Key of a cluster's attachment in the store.</summary>
    public static string KeyOf(string clusterKey) => $"{clusterKey}/providers/imago/attachments/{Name}";

    /// <summary>The document of an attachment.</summary>
    /// <param name="attachment">The attachment.</param>
    /// <param name="server">Address of the cluster's API, for people.</param>
    /// <param name="secrets">Encrypts.</param>
    public static string Write(Attachment attachment, string server, ISecretBox secrets)
    {
        var kept = new JsonObject { [KubeconfigSecret] = Protect(attachment.Kubeconfig, KubeconfigSecret) };
        var properties = new JsonObject
        {
            ["server"] = server,
            ["context"] = attachment.Context,
            ["namespace"] = attachment.Namespace,
            ["pools"] = new JsonArray([.. attachment.Pools.Select(p => new JsonObject { ["name"] = p.Name, ["selector"] = p.Selector })]),
        };
        if (attachment.Provider is { } provider)
        {
            properties["provider"] = new JsonObject { ["kind"] = provider.Kind, ["endpoint"] = provider.Endpoint?.OriginalString, ["authorityPem"] = provider.AuthorityPem };
            if (provider.Token is { } token)
            {
                kept[TokenSecret] = Protect(token, TokenSecret);
            }
        }

        properties["secrets"] = kept;
        return new JsonObject { ["properties"] = properties }.ToJsonString();

        string Protect(string secret, string name) => Convert.ToBase64String(secrets.Protect(Encoding.UTF8.GetBytes(secret), Purpose(attachment.ClusterKey, name)));
    }

    /// <summary>The attachment in a document; null if its secrets cannot be decrypted, because another data key encrypted them or somebody changed them.</summary>
    public static Attachment? Read(string clusterKey, string document, ISecretBox secrets)
    {
        var properties = Properties(document);
        if (Secret(KubeconfigSecret) is not { } kubeconfig)
        {
            return null;
        }

        ProviderAccess? access = null;
        if (properties["provider"] is JsonObject provider)
        {
            var token = Secret(TokenSecret);
            if (token is null && properties["secrets"]?[TokenSecret] is not null)
            {
                return null;
            }

            access = new ProviderAccess((string)provider["kind"]!, (string?)provider["endpoint"] is { } endpoint ? new Uri(endpoint) : null, token, (string?)provider["authorityPem"]);
        }

        var attachment = new Attachment(clusterKey, kubeconfig, (string?)properties["context"], PoolsOf(properties), access);
        return (string?)properties["namespace"] is { Length: > 0 } space ? attachment with { Namespace = space } : attachment;

        string? Secret(string name) =>
            (string?)properties["secrets"]?[name] is { } text && secrets.Unprotect(Convert.FromBase64String(text), Purpose(clusterKey, name)) is { } plain ? Encoding.UTF8.GetString(plain) : null;
    }

    /// <summary>What may be shown of an attachment: everything but its secrets.</summary>
    public static JsonObject Shown(string document)
    {
        var shown = (JsonObject)Properties(document).DeepClone();
        shown.Remove("secrets");
        return shown;
    }

    /// <summary>Whether somebody makes and reimages the cluster's nodes; without, channels that reimage are not possible.</summary>
    public static bool HasProvider(string document) => Properties(document)["provider"] is JsonObject;

    /// <summary>Whether agents on the cluster's nodes patch them in place.</summary>
    public static bool IsInPlace(string document) => string.Equals((string?)Properties(document)["provider"]?["kind"], ProviderKinds.InPlace, StringComparison.Ordinal);

    private static ImmutableArray<PoolSelector> PoolsOf(JsonObject properties) =>
        properties["pools"] is JsonArray pools ? [.. pools.Select(p => new PoolSelector((string)p!["name"]!, (string)p["selector"]!))] : [];

    private static JsonObject Properties(string document) => JsonNode.Parse(document)?["properties"] as JsonObject ?? [];

    private static byte[] Purpose(string clusterKey, string name) => Encoding.UTF8.GetBytes($"attachment|{clusterKey}|{name}");
}

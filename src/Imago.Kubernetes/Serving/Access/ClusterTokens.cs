using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NodaTime;

namespace Imago.Kubernetes.Serving.Access;

/// <summary>What somebody may do on a cluster.</summary>
public enum ClusterRole
{
    /// <summary>Everything may be read.</summary>
    User,

    /// <summary>Everything.</summary>
    Admin,

    /// <summary>What a machine needs to be one node, and nothing about others.</summary>
    Node,
}

/// <summary>Who calls.</summary>
/// <param name="Cluster">The cluster that the token is for.</param>
/// <param name="User">Whom it was handed out to.</param>
/// <param name="Role">What it allows.</param>
/// <param name="Node">The node that it is, of role <see cref="ClusterRole.Node"/>; null of others.</param>
public sealed record TwinCaller(string Cluster, string User, ClusterRole Role, string? Node = null)
{
    /// <summary>A machine as its node, under the name that Kubernetes gives kubelets.</summary>
    public static TwinCaller OfNode(string cluster, string node) => new(cluster, $"system:node:{node}", ClusterRole.Node, node);
}

/// <summary>
/// The tokens in the kubeconfigs of simulated clusters. They name cluster, user, role and when they end, and are signed with a key that follows from the data key: every
/// replica knows them, nothing about them is stored, and another data key makes all of them invalid.
/// </summary>
/// <param name="dataKey">The server's data key.</param>
/// <param name="lifetime">How long a token is valid.</param>
/// <param name="clock">For its beginning and end.</param>
public sealed class ClusterTokens(byte[] dataKey, Duration lifetime, TimeProvider clock)
{
    // Longer ones are none of ours, and are not worth the work of looking.
    private const int Longest = 4096;

    private readonly byte[] _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, dataKey, 32, info: "kubeconfig"u8.ToArray());

    public string Make(TwinCaller caller)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["cluster"] = caller.Cluster,
            ["user"] = caller.User,
            ["role"] = caller.Role is ClusterRole.Admin ? "admin" : caller.Role is ClusterRole.Node ? "node" : "user",
            ["iat"] = now,
            ["exp"] = now + (long)lifetime.TotalSeconds,
        };
        if (caller.Node is { } node)
        {
            claims["node"] = node;
        }

        var payload = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims));
        return $"{payload}.{Base64Url.EncodeToString(Sign(payload))}";
    }

    /// <summary>Who a token is of; null: it is none of ours, or its time is over.</summary>
    public TwinCaller? Read(string token)
    {
        var dot = token.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || token.Length > Longest || !Ascii.IsValid(token))
        {
            return null;
        }

        var payload = token[..dot];
        try
        {
            if (!CryptographicOperations.FixedTimeEquals(Base64Url.DecodeFromChars(token.AsSpan(dot + 1)), Sign(payload)))
            {
                return null;
            }

            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            var claims = json.RootElement;

            // A token without an end was made before tokens had one: it is over.
            if (!claims.TryGetProperty("exp", out var end) || end.GetInt64() <= clock.GetUtcNow().ToUnixTimeSeconds())
            {
                return null;
            }

            var cluster = claims.GetProperty("cluster").GetString()!;
            var role = claims.GetProperty("role").GetString();
            return role is "node"
                ? TwinCaller.OfNode(cluster, claims.GetProperty("node").GetString()!)
                : new TwinCaller(cluster, claims.GetProperty("user").GetString()!, role is "admin" ? ClusterRole.Admin : ClusterRole.User);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private byte[] Sign(string payload) => HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes(payload));
}

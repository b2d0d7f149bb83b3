using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Imago.Api.Credentials;

namespace Imago.Server.Hosting;

/// <summary>
/// Where a cluster's Kubernetes API is: below this server's address, by the cluster's key. Its tokens name cluster and user and are signed with a key that follows from
/// the data key, so that every replica knows them and nothing about them is stored.
/// </summary>
internal sealed class KubeconfigAccesses(ServerAddress address, byte[] dataKey, string? authorityPem) : IKubeconfigSource
{
    public const string Path = "/kubernetes";

    private readonly byte[] _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, dataKey, 32, info: "kubeconfig"u8.ToArray());

    public ValueTask<KubeconfigAccess> AccessAsync(string clusterKey, bool admin, string caller, CancellationToken cancellation)
    {
        var payload = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cluster"] = clusterKey,
            ["user"] = caller,
            ["role"] = admin ? "admin" : "user",
        }));
        var signature = Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes(payload)));
        return ValueTask.FromResult(new KubeconfigAccess(new Uri($"{address.Text}{Path}{clusterKey}"), authorityPem, $"{payload}.{signature}"));
    }
}

using System.Text;

namespace Imago.Api.Credentials;

/// <summary>A kubeconfig file for one cluster.</summary>
internal static class Kubeconfig
{
    /// <summary>The file as YAML.</summary>
    /// <param name="cluster">Name of the cluster and of the context; without "-admin", which az appends itself (AZ-57).</param>
    /// <param name="user">Name of the user entry.</param>
    /// <param name="access">Address, trust and token.</param>
    public static string Of(string cluster, string user, KubeconfigAccess access)
    {
        var authority = access.AuthorityPem is { } pem ? $"\n    certificate-authority-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(pem))}" : "";
        return $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: {Text(cluster)}
              cluster:
                server: {Text(access.Server.AbsoluteUri.TrimEnd('/'))}{authority}
            contexts:
            - name: {Text(cluster)}
              context:
                cluster: {Text(cluster)}
                user: {Text(user)}
            current-context: {Text(cluster)}
            preferences: {"{}"}
            users:
            - name: {Text(user)}
              user:
                token: {Text(access.Token)}

            """;
    }

    // Single quotes are YAML's plain strings: only the quote itself has to be doubled.
    private static string Text(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}

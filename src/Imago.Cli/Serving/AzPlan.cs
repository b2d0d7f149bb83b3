using Imago.Server.DataFolders;

namespace Imago.Cli.Serving;

/// <summary>One call of <c>az</c>.</summary>
/// <param name="Arguments">Its arguments.</param>
/// <param name="MayFail">Whether it is only tried.</param>
internal sealed record AzStep(string[] Arguments, bool MayFail = false)
{
    /// <summary>The command as it is shown; a secret is not.</summary>
    public string Shown => "az " + string.Join(' ', Arguments.Select((a, i) => i > 0 && Arguments[i - 1] is "--password" ? "****" : a));
}

/// <summary>What has to be run for <c>az</c> to use a server (AZ-1, AZ-2, AZ-36, AZ-43).</summary>
internal sealed record AzPlan(Uri Server, string AuthorityFile, IReadOnlyList<AzStep> Steps)
{
    /// <summary>AZ-43: through it <c>az</c> trusts the server's certificate; nothing else is needed.</summary>
    public const string TrustVariable = "REQUESTS_CA_BUNDLE";

    private const string Cloud = "imago";

    // AZ-36: with an authority that ends in /adfs the tenant is ignored, but the command wants one.
    private const string Tenant = "adfs";

    public static AzPlan Of(string server, string? authority, string? clientId, string? secret)
    {
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address) || address.Scheme != "https")
        {
            throw new UsageException($"--server: '{server}' is not an https address. Clients send tokens over nothing else (for example https://127.0.0.1:8443).");
        }

        if (clientId is not null && string.IsNullOrEmpty(secret))
        {
            throw new UsageException("--client-id: its secret is missing. Give --client-secret, or set the environment variable IMAGO_CLIENT_SECRET.");
        }

        var file = Path.GetFullPath(authority ?? Path.Join(DataFolderPath.Default(Environment.GetEnvironmentVariable), "ca.crt"));
        var endpoint = address.GetLeftPart(UriPartial.Path).TrimEnd('/');
        List<AzStep> steps =
        [
            // A cloud cannot be registered twice, nor removed while it is the active one: then it is updated.
            new(["cloud", "register", "--name", Cloud, "--endpoint-resource-manager", endpoint], MayFail: true),
            new(["cloud", "update", "--name", Cloud, "--endpoint-resource-manager", endpoint, "--endpoint-active-directory", $"{endpoint}/adfs"]),
            new(["cloud", "set", "--name", Cloud]),
        ];
        if (clientId is not null)
        {
            steps.Add(new(["login", "--service-principal", "--username", clientId, "--password", secret!, "--tenant", Tenant]));
        }

        return new AzPlan(address, file, steps);
    }
}

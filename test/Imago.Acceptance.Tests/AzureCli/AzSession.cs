using System.Diagnostics;
using System.Security.Cryptography;
using Imago.Acceptance.Tests.Serving;

namespace Imago.Acceptance.Tests.AzureCli;

/// <summary>
/// Somebody at a machine with the Azure CLI: a home with an SSH key in it, and a configuration folder of their own. az runs by chroot in the
/// Debian folder; it needs no mounts, so that nothing can stay mounted.
/// </summary>
internal sealed class AzSession : IDisposable
{
    // Not a secret and nobody's key: az only hands it on to the cluster (AZ-54).
    private const string PublicKey = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDWq1XgPn0JwS8c7bb3DJ0B0sDxHvSdcMjP0aX5eCRk8N8o1c3h0wQyTn8oQ6pY5m1u9B3b7gqkz4m0w2l6vE7Xb4hQ9i8m7k6j5h4g3f2d1s0a9z8x7c6v5b4n3m2l1k0jihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA0987654321== somebody@imago.test";

    private readonly string _inside = $"/srv/session-{RandomNumberGenerator.GetHexString(12, lowercase: true)}";

    public AzSession(string authorityFile)
    {
        Directory.CreateDirectory(Outside("home/.ssh"));
        File.WriteAllText(Outside("home/.ssh/id_rsa.pub"), PublicKey);
        File.Copy(authorityFile, Outside("ca.pem"));
    }

    /// <summary>A file of the session as az is told it.</summary>
    public string Inside(string name) => $"{_inside}/{name}";

    /// <summary>The same file as the tests see it.</summary>
    public string Outside(string name) => $"{AzFolder.Path}{_inside}/{name}";

    /// <summary>One command, as it would be typed after <c>az</c>.</summary>
    public Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.Of(new ProcessStartInfo("chroot",
    [
        AzFolder.Path, "/usr/bin/env", "-i", "PATH=/usr/bin:/bin", "LANG=C.UTF-8", $"HOME={Inside("home")}", $"AZURE_CONFIG_DIR={Inside("config")}",
        $"REQUESTS_CA_BUNDLE={Inside("ca.pem")}",
        "AZURE_CORE_COLLECT_TELEMETRY=no", "AZURE_AUTO_UPGRADE_ENABLE=no", "AZURE_EXTENSION_USE_DYNAMIC_INSTALL=no", "AZURE_CORE_LOGIN_EXPERIENCE_V2=off",
        "AZURE_CORE_SURVEY_MESSAGE=no", "AZURE_CORE_NO_COLOR=yes",
        "az", .. arguments,
    ]));

    /// <summary>One command line without quotes in it.</summary>
    public Task<ProgramRun> RunAsync(string commandLine) => RunAsync(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Points az at a server: the cloud is known by the name <c>imago</c> afterwards.</summary>
    public async Task UseAsync(Uri address)
    {
        (await RunAsync("cloud", "register", "--name", "imago", "--endpoint-resource-manager", address.ToString().TrimEnd('/'))).MustSucceed();
        (await RunAsync("cloud", "set", "--name", "imago")).MustSucceed();
    }

    /// <summary>Signs in with a service principal.</summary>
    public Task<ProgramRun> SignInAsync(ServerCredentials credentials) =>
        RunAsync("login", "--service-principal", "-u", credentials.AppId, "-p", credentials.Secret, "--tenant", credentials.TenantId);

    public void Dispose() => Directory.Delete(Outside("."), recursive: true);
}

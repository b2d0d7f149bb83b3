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
    private readonly string _inside = $"/srv/session-{RandomNumberGenerator.GetHexString(12, lowercase: true)}";

    public AzSession(string authorityFile)
    {
        Directory.CreateDirectory(Outside("home/.ssh"));
        File.WriteAllText(Outside("home/.ssh/id_rsa.pub"), SshKey.MakePublic());
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

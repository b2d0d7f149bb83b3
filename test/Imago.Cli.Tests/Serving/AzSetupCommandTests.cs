using System.Runtime.Versioning;
using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Serving;

[UnsupportedOSPlatform("windows")]
public sealed class AzSetupCommandTests : IDisposable
{
    private const string Secret = "top-secret";

    // Notes each call in one line, with the certificate that it was to trust.
    private const string Az =
        """
        #!/bin/sh
        echo "$REQUESTS_CA_BUNDLE: $*" >>"$(dirname "$0")/calls"
        if [ "$1 $2" = "$AZ_FAILS" ]; then echo "az: no" >&2; exit 3; fi
        """;

    private readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    [Trait("Rule", "AZ-1")]
    [Trait("Rule", "AZ-36")]
    [Trait("Rule", "AZ-43")]
    public async Task Setup_WithAPrincipal_RegistersTheCloudAndSignsInTrustingTheServersCertificate()
    {
        var run = await RunAsync([], "--client-id", "app-1", "--client-secret", Secret);

        run.ExitCode.ShouldBe(0, run.Error);
        Calls().ShouldBe(
        [
            "/data/ca.crt: cloud register --name imago --endpoint-resource-manager https://127.0.0.1:9443",
            "/data/ca.crt: cloud update --name imago --endpoint-resource-manager https://127.0.0.1:9443 --endpoint-active-directory https://127.0.0.1:9443/adfs",
            "/data/ca.crt: cloud set --name imago",
            $"/data/ca.crt: login --service-principal --username app-1 --password {Secret} --tenant adfs",
        ]);
        run.Out.ShouldContain("export REQUESTS_CA_BUNDLE=/data/ca.crt");
        run.Out.ShouldNotContain(Secret);
    }

    [Fact]
    public async Task Setup_SecretInTheEnvironment_IsTakenFromThere()
    {
        await RunAsync(new() { ["IMAGO_CLIENT_SECRET"] = Secret }, "--client-id", "app-1");

        Calls()[^1].ShouldContain($"--password {Secret} ");
    }

    [Fact]
    public async Task Setup_DryRun_OnlyPrintsAndHidesTheSecret()
    {
        var run = await RunAsync([], "--client-id", "app-1", "--client-secret", Secret, "--dry-run");

        run.ExitCode.ShouldBe(0, run.Error);
        Calls().ShouldBeEmpty();
        run.Out.ShouldContain("az login --service-principal --username app-1 --password **** --tenant adfs");
        run.Out.ShouldEndWith("Nothing was run.\n");
        run.Out.ShouldNotContain(Secret);
    }

    [Fact]
    public async Task Setup_CloudIsRegisteredAlready_UpdatesIt()
    {
        var run = await RunAsync(new() { ["AZ_FAILS"] = "cloud register" });

        run.ExitCode.ShouldBe(0, run.Error);
        Calls().Length.ShouldBe(3);
        run.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Setup_SigningInFails_SaysSoWithoutTheSecret()
    {
        var run = await RunAsync(new() { ["AZ_FAILS"] = "login --service-principal" }, "--client-id", "app-1", "--client-secret", Secret);

        run.ExitCode.ShouldBe(ExitCode.Failed);
        run.Error.ShouldContain("exit code 3");
        run.Error.ShouldContain("az: no");
        (run.Out + run.Error).ShouldNotContain(Secret);
    }

    [Fact]
    public async Task Setup_WithoutAz_SaysThatItIsMissing()
    {
        var run = await ProcessRun.ToEndAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = _files.Folder }, "az-setup", "--ca", "/data/ca.crt");

        run.ExitCode.ShouldBe(ExitCode.Failed);
        run.Error.ShouldContain("'az' is not on the PATH");
    }

    private Task<CommandRun> RunAsync(Dictionary<string, string> environment, params string[] args)
    {
        File.SetUnixFileMode(_files.Write("az", Az), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        environment["PATH"] = $"{_files.Folder}:{Environment.GetEnvironmentVariable("PATH")}";
        return ProcessRun.ToEndAsync(environment, ["az-setup", "--server", "https://127.0.0.1:9443", "--ca", "/data/ca.crt", .. args]);
    }

    private string[] Calls() => File.Exists(_files.PathOf("calls")) ? File.ReadAllLines(_files.PathOf("calls")) : [];
}

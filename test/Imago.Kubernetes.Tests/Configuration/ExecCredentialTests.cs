using System.Text.Json;
using Imago.Kubernetes.Configuration;
using Imago.Kubernetes.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Configuration;

public sealed class ExecCredentialTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imago-exec");
    private readonly SetClock _clock = new();

    private string Runs => Path.Combine(_folder.FullName, "runs");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Get_UntilItExpires_RunsOnce()
    {
        using var credential = Credential("""echo "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"$1-$WHO\",\"expirationTimestamp\":\"2026-11-22T10:30:00Z\"}}" """);

        (await credential.GetAsync(CancellationToken.None)).Authorization!.ToString().ShouldBe("Bearer token-me");
        _clock.Advance(TimeSpan.FromMinutes(29));
        await credential.GetAsync(CancellationToken.None);
        RunsSoFar().ShouldBe(1);

        _clock.Advance(TimeSpan.FromMinutes(1));
        await credential.GetAsync(CancellationToken.None);
        RunsSoFar().ShouldBe(2);
    }

    [Fact]
    public async Task Get_ManyAtOnce_RunsOnce()
    {
        using var credential = Credential(Token("t"));

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => credential.GetAsync(CancellationToken.None).AsTask()));

        RunsSoFar().ShouldBe(1);
    }

    [Fact]
    public async Task Reject_TheIdentityItTold_RunsAgain()
    {
        using var credential = Credential(Token("t"));
        var first = await credential.GetAsync(CancellationToken.None);

        credential.Reject(first).ShouldBeTrue();
        var second = await credential.GetAsync(CancellationToken.None);
        credential.Reject(first).ShouldBeTrue("another one is known by now");
        (await credential.GetAsync(CancellationToken.None)).ShouldBeSameAs(second);

        RunsSoFar().ShouldBe(2);
    }

    [Fact]
    public async Task Get_ProgramFails_ShowsWhatItSaysAndTheHint()
    {
        using var credential = Credential("echo 'please log in first' >&2; exit 3");

        var message = (await Should.ThrowAsync<CredentialException>(async () => await credential.GetAsync(CancellationToken.None))).Message;

        message.ShouldContain("Kubeconfig test, context 'a', user 'u'");
        message.ShouldContain("exit code 3: please log in first");
        message.ShouldContain("Install it from example.");
    }

    [Theory]
    [InlineData("/nowhere/get-token")]
    [InlineData("no-such-program-in-any-path")]
    public async Task Get_ProgramIsMissing_ShowsTheHint(string command)
    {
        using var credential = Credential("", command);

        (await Should.ThrowAsync<CredentialException>(async () => await credential.GetAsync(CancellationToken.None))).Message.ShouldContain("Install it from example.");
    }

    [Fact]
    public async Task Get_ProgramHangs_IsStopped()
    {
        var plugin = Plugin(Script("echo $$ > pid; exec sleep 600"));
        using var credential = new ExecCredential(plugin, null, "user 'u'", new RealClock()) { Timeout = TimeSpan.FromMilliseconds(700) };

        (await Should.ThrowAsync<CredentialException>(async () => await credential.GetAsync(CancellationToken.None))).Message.ShouldContain("did not end within");

        await Eventually.IsTrueAsync(() => !Directory.Exists($"/proc/{File.ReadAllText(Path.Combine(_folder.FullName, "pid")).Trim()}"), "the program still runs");
    }

    [Theory]
    [InlineData("echo nonsense-secret", "did not write a readable ExecCredential")]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"secret"}}'""", "answers in apiVersion 'client.authentication.k8s.io/v1beta1'")]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1","status":{}}'""", "neither a token nor a client certificate")]
    public async Task Get_AnswerMakesNoSense_SaysWhyAndNotWhat(string script, string expected)
    {
        using var credential = Credential(script);

        var message = (await Should.ThrowAsync<CredentialException>(async () => await credential.GetAsync(CancellationToken.None))).Message;

        message.ShouldContain(expected);
        message.ShouldNotContain("secret");
    }

    [Fact]
    public async Task Get_BareNameInTheCurrentFolder_IsNotRun()
    {
        const string name = "imago-test-plugin-of-somebody-else";
        var planted = Path.Combine(AppContext.BaseDirectory, name);
        File.Copy(Script(Token("stolen")), planted, overwrite: true);
        try
        {
            using var credential = Credential("", name);

            (await Should.ThrowAsync<CredentialException>(async () => await credential.GetAsync(CancellationToken.None))).Message.ShouldContain("no folder in PATH has it");
        }
        finally
        {
            File.Delete(planted);
        }
    }

    [Fact]
    public async Task Get_ClusterInfoWanted_IsToldTheCluster()
    {
        var script = Script($"""echo "$KUBERNETES_EXEC_INFO" > info; {Token("t")}""");
        using var access = Kubeconfig.Parse(
            $$$"""
            current-context: a
            contexts: [{name: a, context: {cluster: c, user: u}}]
            clusters:
            - name: c
              cluster:
                server: https://x.example
                tls-server-name: kubernetes
                extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: "06f1", tries: 3}}]
            users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: "{{{script}}}", interactiveMode: Never, provideClusterInfo: true} } }]
            """,
            "test").Access(null, _clock);

        await access.Credential.GetAsync(CancellationToken.None);

        using var info = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder.FullName, "info")));
        info.RootElement.ToString().ShouldBe(
            """{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"cluster":{"server":"https://x.example","tls-server-name":"kubernetes","config":{"audience":"06f1","tries":3}},"interactive":false}}""");
    }

    [Fact]
    public async Task Get_CertificateTold_IsUsed()
    {
        using var authority = Certificates.Authority();
        using var client = Certificates.Client(authority, "from-plugin");
        File.WriteAllText(
            Path.Combine(_folder.FullName, "answer"),
            JsonSerializer.Serialize(new
            {
                apiVersion = "client.authentication.k8s.io/v1",
                status = new { clientCertificateData = client.ExportCertificatePem(), clientKeyData = Certificates.KeyPem(client) },
            }));
        using var credential = Credential("cat answer");

        var identity = await credential.GetAsync(CancellationToken.None);

        identity.Certificate!.Subject.ShouldBe("CN=from-plugin");
        identity.Certificate.HasPrivateKey.ShouldBeTrue();
        identity.Authorization.ShouldBeNull();
    }

    private static string Token(string token) => $$$"""echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"{{{token}}}"}}'""";

    private ExecCredential Credential(string script, string? command = null) => new(Plugin(command ?? Script(script)), null, "Kubeconfig test, context 'a', user 'u'", _clock);

    private static ExecPlugin Plugin(string command) => new("client.authentication.k8s.io/v1", command)
    {
        Arguments = ["token"],
        Environment = [KeyValuePair.Create("WHO", "me")],
        InstallHint = "Install it from example.",
    };

    private string Script(string body)
    {
        var path = Path.Combine(_folder.FullName, "get-token");
        File.WriteAllText(path, $"#!/bin/sh\ncd '{_folder.FullName}'\necho run >> runs\n{body}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }

    private int RunsSoFar() => File.ReadAllLines(Runs).Length;
}

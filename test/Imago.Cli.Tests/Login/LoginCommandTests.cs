using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Login;

public sealed class LoginCommandTests : IAsyncLifetime
{
    private readonly RemoteClient _client = new();

    public ValueTask InitializeAsync() => _client.InitializeAsync();

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    [Trait("Rule", "AZ-39")]
    public async Task Login_GoodSecret_SaysAsWhomAndWhere()
    {
        var run = await _client.LoginAsync("--group", "rg-shop");

        run.Out.ShouldBe($"Logged in to {_client.Arm.Address} as {FakeArm.ClientId}.\nSubscription Home ({FakeArm.Subscription}), group rg-shop.\n");
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Profile_AfterLogin_IsForItsOwnerAloneAndHasNoSecret()
    {
        await _client.LoginAsync();
        var profile = await File.ReadAllTextAsync(_client.ProfileFile, TestContext.Current.CancellationToken);

        profile.ShouldNotContain(FakeArm.Secret);
        JsonDocument.Parse(profile).RootElement.EnumerateObject().Select(p => p.Name).ShouldBe(["server", "subscription", "clientId", "token", "tokenExpiresAt"]);
        File.GetUnixFileMode(_client.ProfileFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Profile_ThatOthersCouldRead_IsClosedByTheNextLogin()
    {
        await _client.LoginAsync();
        File.SetUnixFileMode(_client.ProfileFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await _client.LoginAsync();

        File.GetUnixFileMode(_client.ProfileFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Login_WrongSecret_IsRefusedWithoutShowingIt()
    {
        var run = await _client.RunAsync("login", "--server", _client.Arm.Address, "--client-id", FakeArm.ClientId, "--client-secret", "not-this");

        run.ShouldFail(ExitCode.Failed, $"Login of client '{FakeArm.ClientId}' was refused: The client or its secret is not known.");
        run.Error.ShouldNotContain("not-this");
        File.Exists(_client.ProfileFile).ShouldBeFalse();
    }

    [Fact]
    public async Task Secret_FromStandardInput_IsTaken()
    {
        var run = await _client.WithInputAsync($"{FakeArm.Secret}\n", "login", "--server", _client.Arm.Address, "--client-id", FakeArm.ClientId, "--client-secret", "-");

        run.ExitCode.ShouldBe(ExitCode.Ok, run.Error);
    }

    [Fact]
    public async Task Secret_FromTheEnvironment_IsTakenAndNotKept()
    {
        _client.Set("IMAGO_CLIENT_SECRET", FakeArm.Secret);
        var run = await _client.RunAsync("login", "--server", _client.Arm.Address, "--client-id", FakeArm.ClientId);

        run.ExitCode.ShouldBe(ExitCode.Ok, run.Error);
        (await File.ReadAllTextAsync(_client.ProfileFile, TestContext.Current.CancellationToken)).ShouldNotContain(FakeArm.Secret);
    }

    [Fact]
    public async Task Login_WithoutASecret_SaysWhereItMayComeFrom() => (await _client.RunAsync("login", "--server", _client.Arm.Address, "--client-id", FakeArm.ClientId))
        .ShouldFail(ExitCode.Usage, "--client-secret: the secret is missing. Set IMAGO_CLIENT_SECRET, or write '--client-secret -'");

    [Theory]
    [InlineData("http://imago.example.org", "is not encrypted: everybody on the way could read the token")]
    [InlineData("imago.example.org", "is not the address of a server")]
    [InlineData("https://imago.example.org/path", "is not the address of a server")]
    public async Task Server_ThatTokensMustNotGoTo_IsRefused(string server, string why) =>
        (await _client.RunAsync("login", "--server", server, "--client-id", FakeArm.ClientId, "--client-secret", FakeArm.Secret)).ShouldFail(ExitCode.Failed, why);

    [Fact]
    public async Task Server_ThatSendsTheSecretElsewhere_DoesNotGetIt()
    {
        _client.Arm.LoginEndpoint = "http://login.example.org/adfs";

        (await _client.RunAsync("login", "--server", _client.Arm.Address, "--client-id", FakeArm.ClientId, "--client-secret", FakeArm.Secret))
            .ShouldFail(ExitCode.Failed, "The server names 'http://login.example.org/adfs' to log in at, which is not an https address. The secret was not sent.");
    }

    [Fact]
    public async Task Server_ThatIsNotRunning_IsSaidSo()
    {
        var address = _client.Arm.Address;
        await _client.Arm.DisposeAsync();

        (await _client.RunAsync("login", "--server", address, "--client-id", FakeArm.ClientId, "--client-secret", FakeArm.Secret))
            .ShouldFail(ExitCode.Failed, $"Server '{address}' is not running: nobody listens there.");
    }

    [Fact]
    [Trait("Rule", "AZ-43")]
    public async Task Certificate_OfAnUnknownCa_IsRefusedUntilItsFileIsNamed()
    {
        using var certificate = SelfSigned();
        await using var arm = await FakeArm.StartAsync(certificate);
        var ca = _client.Write("ca.pem", certificate.ExportCertificatePem());
        string[] login = ["login", "--server", arm.Address, "--client-id", FakeArm.ClientId, "--client-secret", FakeArm.Secret];

        (await _client.RunAsync(login)).ShouldFail(ExitCode.Failed, $"Server '{arm.Address}' cannot be trusted", "imago login --ca-file FILE");
        (await _client.RunAsync([.. login, "--ca-file", ca])).ExitCode.ShouldBe(ExitCode.Ok);
        (await _client.RunAsync("group", "list")).ExitCode.ShouldBe(ExitCode.Ok);
    }

    [Fact]
    public async Task Server_OnThisMachine_NeedsNoCaFile()
    {
        using var certificate = SelfSigned();
        await using var arm = await FakeArm.StartAsync(certificate);
        _client.Set("XDG_DATA_HOME", _client.Folder);
        Directory.CreateDirectory(Path.Combine(_client.Folder, "imago"));
        _client.Write("imago/ca.crt", certificate.ExportCertificatePem());

        (await _client.RunAsync("login", "--server", arm.Address, "--client-id", FakeArm.ClientId, "--client-secret", FakeArm.Secret)).ExitCode.ShouldBe(ExitCode.Ok);
    }

    [Fact]
    public async Task Login_WithNoServerAnywhere_AsksWhichOne() =>
        (await _client.RunAsync("login", "--client-id", FakeArm.ClientId, "--client-secret", FakeArm.Secret)).ShouldFail(ExitCode.Usage, "--server: to which server? Name its address, for example https://127.0.0.1:8443.");

    [Fact]
    public async Task CaFile_WithoutACertificate_IsRefused() =>
        (await _client.RunAsync("login", "--server", _client.Arm.Address, "--client-id", FakeArm.ClientId, "--client-secret", FakeArm.Secret, "--ca-file", _client.Write("empty.pem", "")))
            .ShouldFail(ExitCode.Failed, "has no certificate in it");

    [Fact]
    public async Task Token_ThatHasExpired_EndsALoginThatRemembersNothing()
    {
        _client.Arm.TokenLives = 60;
        await _client.LoginAsync();

        (await _client.RunAsync("group", "list")).ShouldFail(ExitCode.Failed, "Your login has expired. Run 'imago login' again; with --remember it renews itself.");
    }

    [Fact]
    public async Task Token_ThatHasExpired_IsRenewedWhenTheSecretIsRemembered()
    {
        _client.Arm.TokenLives = 60;
        await _client.LoginAsync("--remember");
        var before = _client.Arm.Tokens.Count;
        await _client.OkAsync("group", "list");

        _client.Arm.Tokens.Count.ShouldBe(before + 1);
    }

    [Fact]
    public async Task Token_ThatTheServerTakesNoMore_IsRenewedOnce()
    {
        await _client.LoginAsync("--remember");
        _client.Arm.Tokens.Clear();
        await _client.OkAsync("group", "list");

        _client.Arm.Requests.Length.ShouldBe(2);
        (await File.ReadAllTextAsync(_client.ProfileFile, TestContext.Current.CancellationToken)).ShouldContain(_client.Arm.Tokens.Keys.Single());
    }

    [Fact]
    public async Task Environment_NamingServerAndClient_NeedsNoLogin()
    {
        foreach (var (variable, value) in new[]
        {
            ("IMAGO_SERVER", _client.Arm.Address), ("IMAGO_CLIENT_ID", FakeArm.ClientId), ("IMAGO_CLIENT_SECRET", FakeArm.Secret), ("IMAGO_SUBSCRIPTION", FakeArm.Subscription),
        })
        {
            _client.Set(variable, value);
        }

        await _client.OkAsync("group", "list");
        File.Exists(_client.ProfileFile).ShouldBeFalse();
    }

    [Fact]
    public async Task Environment_NamingAnotherServer_DoesNotGetTheStoredToken()
    {
        await _client.LoginAsync("--remember");
        await using var other = await FakeArm.StartAsync();
        _client.Set("IMAGO_SERVER", other.Address);

        (await _client.RunAsync("group", "list", "--subscription", "s")).ShouldFail(ExitCode.Failed, "You are not logged in.");
        other.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Logout_ForgetsEverything()
    {
        await _client.LoginAsync("--remember");

        (await _client.OkAsync("logout")).ShouldBe("Logged out.\n");
        (await _client.OkAsync("logout")).ShouldBe("Nobody was logged in.\n");
        (await _client.RunAsync("group", "list")).ShouldFail(ExitCode.Failed, "No server is known. Run 'imago login --server URL --client-id ID'");
    }

    [Fact]
    public async Task Profile_ThatIsDamaged_IsSaidSo()
    {
        await _client.LoginAsync();
        await File.WriteAllTextAsync(_client.ProfileFile, "{", TestContext.Current.CancellationToken);

        (await _client.RunAsync("group", "list")).ShouldFail(ExitCode.Failed, $"Profile '{_client.ProfileFile}' is damaged");
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=imago", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.Parse("2020-01-01Z"), DateTimeOffset.Parse("2100-01-01Z"));
    }
}

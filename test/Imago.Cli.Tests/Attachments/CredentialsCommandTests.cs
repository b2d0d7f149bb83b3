using System.Text;
using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Attachments;

public sealed class CredentialsCommandTests : IAsyncLifetime
{
    private static readonly string Shop = FakeArm.ClusterPath("rg", "shop");

    private readonly RemoteClient _client = new();

    private string Usual => Path.Combine(_client.Folder, ".kube", "config");

    public async ValueTask InitializeAsync()
    {
        await _client.InitializeAsync();
        await _client.LoginAsync();
        _client.Set("HOME", _client.Folder);
        Answer("token-1");
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    [Trait("Rule", "AZ-12")]
    public async Task Credentials_NoFileYet_MakesOneForItsOwnerAlone()
    {
        var run = await _client.RunAsync("cluster", "credentials", "shop", "-g", "rg");

        run.Error.ShouldBe($"Merged into {Usual} as context 'shop', which is the current one now. Use it: kubectl get nodes\n");
        Read(Usual).ShouldContain("current-context: \"shop\"");
        Read(Usual).ShouldContain("token-1");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Usual).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task Credentials_OtherEntries_SurviveWithWhatImagoDoesNotKnow()
    {
        var file = _client.Write("mine", """
            apiVersion: v1
            kind: Config
            current-context: mine
            preferences: {colors: true}
            clusters: [{name: mine, cluster: {server: "https://mine", future-field: 7}}]
            contexts: [{name: mine, context: {cluster: mine, user: mine}}]
            users: [{name: mine, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: cloud-login, interactiveMode: Never}}}]
            """);

        await _client.OkAsync("cluster", "credentials", "shop", "-g", "rg", "--file", file);

        var merged = Read(file);
        foreach (var part in new[] { "colors: true", "future-field: 7", "command: cloud-login", "token-1", "current-context: \"shop\"" })
        {
            merged.ShouldContain(part);
        }

        // What was merged is what kubectl would read.
        Imago.Kubernetes.Configuration.Kubeconfig.Parse(merged, "merged").Contexts.Keys.ShouldBe(["mine", "shop"]);
    }

    [Fact]
    public async Task Credentials_SameNameOtherContent_AreReplacedOnlyWhenTold()
    {
        await _client.OkAsync("cluster", "credentials", "shop", "-g", "rg");
        await _client.OkAsync("cluster", "credentials", "shop", "-g", "rg");
        Answer("token-2");

        (await _client.RunAsync("cluster", "credentials", "shop", "-g", "rg")).ShouldFail(ExitCode.Failed, "has another user 'clusterUser_rg_shop' already", "--overwrite");
        Read(Usual).ShouldContain("token-1");
        await _client.OkAsync("cluster", "credentials", "shop", "-g", "rg", "--overwrite");
        Read(Usual).ShouldContain("token-2");
        Read(Usual).ShouldNotContain("token-1");
    }

    [Fact]
    public async Task Credentials_EnvironmentListsFiles_GoIntoTheFirstThatExists()
    {
        var second = _client.Write("second", "apiVersion: v1\nkind: Config\n");
        _client.Set("KUBECONFIG", $"{Path.Combine(_client.Folder, "first")}{Path.PathSeparator}{second}");

        await _client.OkAsync("cluster", "credentials", "shop", "-g", "rg");
        Read(second).ShouldContain("token-1");
    }

    [Theory]
    [InlineData("kind: Pod\n", "is no kubeconfig")]
    [InlineData("a: [\n", "line ")]
    public async Task Credentials_FileThatIsNoKubeconfig_IsLeftAsItIs(string content, string complaint)
    {
        var file = _client.Write("odd", content);
        (await _client.RunAsync("cluster", "credentials", "shop", "-g", "rg", "--file", file)).ShouldFail(ExitCode.Failed, complaint);
        Read(file).ShouldBe(content);
    }

    [Fact]
    public async Task Credentials_OfTheAdministrator_ArePrintedWhenAskedFor() =>
        (await _client.OkAsync("cluster", "credentials", "shop", "-g", "rg", "--admin", "--file", "-")).ShouldContain("token: admin");

    [Fact]
    public async Task Credentials_OfANode_GoWhereTheyAreWantedAndNowhereElse()
    {
        _client.Arm.Answer($"{Shop}/providers/Imago/listNodeCredential", $$"""{"kubeconfigs":[{"name":"node","value":"{{Convert.ToBase64String("of-rack-7"u8)}}"}]}""");

        (await _client.OkAsync("cluster", "credentials", "shop", "-g", "rg", "--node", "rack-7", "--file", "-")).ShouldBe("of-rack-7");

        _client.Arm.Writes[^1].ShouldContain("""{"node":"rack-7"}""");
        (await _client.RunAsync("cluster", "credentials", "shop", "-g", "rg", "--node", "rack-7")).ShouldFail(ExitCode.Usage, "--file FILE");
        (await _client.RunAsync("cluster", "credentials", "shop", "-g", "rg", "--node", "rack-7", "--admin", "--file", "-")).ShouldFail(ExitCode.Usage, "do not go together");
    }

    private void Answer(string token)
    {
        foreach (var (which, text) in new[] { ("User", token), ("Admin", "admin") })
        {
            var kubeconfig = $$"""
                apiVersion: v1
                kind: Config
                current-context: shop
                clusters:
                - name: shop
                  cluster: {server: "https://imago/kubernetes/shop"}
                contexts:
                - name: shop
                  context: {cluster: shop, user: clusterUser_rg_shop}
                users:
                - name: clusterUser_rg_shop
                  user: {token: {{text}}}
                """;
            _client.Arm.Answer($"{Shop}/listCluster{which}Credential", $$"""{"kubeconfigs":[{"name":"x","value":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(kubeconfig))}}"}]}""");
        }
    }

    private static string Read(string file) => File.ReadAllText(file);
}

using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Attachments;

public sealed class AttachCommandTests : IAsyncLifetime
{
    private const string Kubeconfig = """
        apiVersion: v1
        kind: Config
        current-context: a
        clusters: [{name: c, cluster: {server: "https://api.example", certificate-authority: ca.pem}}]
        contexts: [{name: a, context: {cluster: c, user: u}}, {name: b, context: {cluster: c, user: cloud}}]
        users: [{name: u, user: {token: "12345"}}, {name: cloud, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: cloud-login, interactiveMode: Never}}}]
        """;

    private const string Seen = """
        {"server":"https://api.example","kubernetesVersion":"v1.36.2",
         "pools":[{"name":"web","foundBy":"label agentpool","nodes":3,"mode":"User","osType":"Linux","osSku":"Ubuntu2204","architecture":"amd64","image":"AKSUbuntu-2204gen2containerd-202609.15.0","kubelet":"1.36.1","zones":["z1","z2"],"autoProvisioned":false}],
         "findings":[{"code":"ClusterReachable","level":"Good","subject":"https://api.example","message":"It answers.","remedy":""},
                     {"code":"BarePods","level":"Warning","subject":"pod shop/x","message":"1 pod without a controller.","remedy":"Put it under a Deployment."}]}
        """;

    private static readonly string Inspect = $"{FakeArm.GroupPath("rg")}/providers/Imago/inspectCluster";
    private static readonly string Shop = FakeArm.ClusterPath("rg", "shop");
    private static readonly string Attachment = $"{Shop}/providers/Imago/attachments/default";

    private readonly RemoteClient _client = new();
    private string _file = "";

    private FakeArm Arm => _client.Arm;

    public async ValueTask InitializeAsync()
    {
        await _client.InitializeAsync();
        await _client.LoginAsync();
        _file = _client.Write("kubeconfig", Kubeconfig);
        _client.Write("ca.pem", "-----BEGIN CERTIFICATE-----");
        Arm.Answer(Inspect, Seen);
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task Attach_Agreed_LooksShowsAndStores()
    {
        var output = await _client.OkAsync("cluster", "attach", "shop", "-g", "rg", "--kubeconfig", _file, "--location", "north-1", "--yes");

        output.ShouldContain("server      https://api.example\nkubernetes  v1.36.2\n");
        output.ShouldContain("  web       3  User  Ubuntu2204  amd64  1.36.1   z1 z2  label agentpool  AKSUbuntu-2204gen2containerd-202609.15.0\n");
        output.ShouldContain("ok       https://api.example: It answers.\n");
        output.ShouldContain("warning  pod shop/x: 1 pod without a controller.\n         → Put it under a Deployment. [BarePods]\n");
        output.ShouldEndWith("Nothing in it is touched until it has a channel: imago cluster update shop -g rg --channel NodeImage\n");
        Arm.Writes.Select(w => w[..w.IndexOf('?', StringComparison.Ordinal)]).ShouldBe([$"POST {Inspect}", $"PUT {Attachment}"]);
        var stored = Arm.Document(Attachment)!;
        stored["location"]!.GetValue<string>().ShouldBe("north-1");
        stored["context"]!.GetValue<string>().ShouldBe("a");
    }

    [Fact]
    public async Task Attach_FilesOfTheKubeconfig_TravelInsideIt()
    {
        await _client.OkAsync("cluster", "attach", "shop", "-g", "rg", "--kubeconfig", _file, "--yes");

        var sent = Arm.Document(Attachment)!["kubeconfig"]!.GetValue<string>();
        sent.ShouldContain(Convert.ToBase64String("-----BEGIN CERTIFICATE-----"u8));
        sent.ShouldContain("12345");
        sent.ShouldNotContain("ca.pem");
        sent.ShouldNotContain("cloud-login");
    }

    [Fact]
    public async Task Attach_NobodyToAsk_ShowsAndEndsWithTwo()
    {
        var run = await _client.RunAsync("cluster", "attach", "shop", "-g", "rg", "--kubeconfig", _file);

        run.ExitCode.ShouldBe(ExitCode.Usage);
        run.Out.ShouldContain("label agentpool");
        run.Error.ShouldContain("Attach it as cluster 'shop' in group 'rg'? Nobody is there to be asked: say so with --yes.");
        Arm.Document(Attachment).ShouldBeNull();
    }

    [Fact]
    public async Task Attach_DryRun_StoresNothingAndTellsProgramsToo()
    {
        (await _client.OkAsync("cluster", "attach", "shop", "-g", "rg", "--kubeconfig", _file, "--dry-run")).ShouldEndWith("Nothing was stored. Without --dry-run, cluster 'shop' would be attached in group 'rg'.\n");
        var run = await _client.RunAsync("cluster", "attach", "shop", "-g", "rg", "--kubeconfig", _file, "--dry-run", "--output", "json");
        run.Json.GetProperty("kubernetesVersion").GetString().ShouldBe("v1.36.2");
        Arm.Document(Attachment).ShouldBeNull();
    }

    [Fact]
    public async Task Attach_OutputJson_IsTheStoredAttachmentAlone()
    {
        var run = await _client.RunAsync("cluster", "attach", "shop", "-g", "rg", "--kubeconfig", _file, "--yes", "--output", "json");
        run.Json.GetProperty("name").GetString().ShouldBe("default");
    }

    [Fact]
    public async Task Attach_PoolsAndProvider_AreSent()
    {
        var token = _client.Write("token", "s3cret\n");
        await _client.OkAsync(
            "cluster", "attach", "shop", "-g", "rg", "--kubeconfig", _file, "--yes", "--pool", "web=pool=web", "--pool", "rest=os in (linux),pool!=web",
            "--provider", "external", "--provider-endpoint", "https://nodes.example/imago", "--provider-token-file", token);

        var sent = Arm.Document(Attachment)!;
        sent["pools"]!.ToJsonString().ShouldBe("""[{"name":"web","selector":"pool=web"},{"name":"rest","selector":"os in (linux),pool!=web"}]""");
        sent["provider"]!["token"]!.GetValue<string>().ShouldBe("s3cret");
        sent["provider"]!["endpoint"]!.GetValue<string>().ShouldBe("https://nodes.example/imago");
    }

    [Fact]
    public async Task Attach_InPlace_SendsNeitherAddressNorToken()
    {
        await _client.OkAsync("cluster", "attach", "shop", "-g", "rg", "--kubeconfig", _file, "--yes", "--provider", "in-place");

        Arm.Document(Attachment)!["provider"]!.ToJsonString().ShouldBe("""{"kind":"in-place"}""");
    }

    [Theory]
    [InlineData("--pool: 'web' is no pool. Write NAME=SELECTOR", "--pool", "web")]
    [InlineData("--pool web: Selector 'a b'", "--pool", "web=a b")]
    [InlineData("--pool: 'web' is named twice", "--pool", "web=a", "--pool", "web=b")]
    [InlineData("need --provider external", "--provider-endpoint", "https://nodes.example")]
    [InlineData("do not go with --provider in-place", "--provider", "in-place", "--provider-endpoint", "https://nodes.example")]
    [InlineData("--provider-endpoint: the address is missing", "--provider", "external")]
    [InlineData("--provider-endpoint: 'nodes' is no address", "--provider", "external", "--provider-endpoint", "nodes")]
    [InlineData("--provider: 'capi' is not known", "--provider", "capi")]
    public async Task Attach_OptionsThatMakeNoSense_AreRefusedBeforeAnythingIsSent(string complaint, params string[] options)
    {
        (await _client.RunAsync(["cluster", "attach", "shop", "-g", "rg", "--kubeconfig", _file, .. options])).ShouldFail(ExitCode.Usage, complaint);
        Arm.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Attach_CredentialsOfAProgram_ExplainsAndOffersAWay()
    {
        (await _client.RunAsync("cluster", "attach", "shop", "-g", "rg", "--kubeconfig", _file, "--context", "b", "--yes"))
            .ShouldFail(ExitCode.Failed, "the program 'cloud-login', which runs on this machine", "imago cluster rbac | kubectl --context b apply -f -");
        Arm.Writes.ShouldBeEmpty();
        await _client.OkAsync("cluster", "attach", "shop", "-g", "rg", "--kubeconfig", _file, "--context", "b", "--allow-exec", "--yes");
        Arm.Document(Attachment)!["kubeconfig"]!.GetValue<string>().ShouldContain("cloud-login");
    }

    [Theory]
    [InlineData("nowhere", "has no context 'nowhere'")]
    public async Task Attach_ContextThatIsNotThere_NamesThoseThatAre(string context, string complaint) =>
        (await _client.RunAsync("cluster", "attach", "shop", "-g", "rg", "--kubeconfig", _file, "--context", context)).ShouldFail(ExitCode.Failed, complaint, "a, b");

    [Fact]
    public async Task Attach_NoKubeconfigNamed_FollowsTheEnvironment()
    {
        _client.Set("KUBECONFIG", $"{Path.Combine(_client.Folder, "gone")}{Path.PathSeparator}{_file}");
        await _client.OkAsync("cluster", "attach", "shop", "-g", "rg", "--yes");
        Arm.Document(Attachment).ShouldNotBeNull();
    }

    [Fact]
    public async Task Attach_FromStandardInput_IsRead()
    {
        var run = await _client.WithInputAsync(Kubeconfig.Replace(", certificate-authority: ca.pem", "", StringComparison.Ordinal), "cluster", "attach", "shop", "-g", "rg", "--kubeconfig", "-", "--yes");
        run.ExitCode.ShouldBe(ExitCode.Ok, run.Error);
    }

    [Fact]
    public async Task Attach_ClusterThatCannotBeSeen_SaysWhatTheServerSays()
    {
        Arm.FailWrite(502, "ClusterNotInspected");
        (await _client.RunAsync("cluster", "attach", "shop", "-g", "rg", "--kubeconfig", _file, "--yes")).ShouldFail(ExitCode.Failed, "(ClusterNotInspected)");
        Arm.Document(Attachment).ShouldBeNull();
    }

    [Fact]
    public async Task Check_ProblemsOrNone_DecideTheExitCode()
    {
        (await _client.OkAsync("cluster", "check", "-g", "rg", "--kubeconfig", _file)).ShouldContain("Imago can work here; 1 warning.");
        Arm.Answer(Inspect, Seen.Replace("\"Warning\"", "\"Problem\"", StringComparison.Ordinal));
        var run = await _client.RunAsync("cluster", "check", "-g", "rg", "--kubeconfig", _file);
        run.ExitCode.ShouldBe(ExitCode.Failed);
        run.Out.ShouldContain("1 problem: Imago cannot upgrade nodes here until it is solved.");
    }

    [Fact]
    public async Task Check_OfAnAttachedCluster_NeedsNoKubeconfig()
    {
        Arm.Answer($"{Shop}/providers/Imago/check", Seen);
        (await _client.RunAsync("cluster", "check", "shop", "-g", "rg", "--output", "json")).Json.GetProperty("findings").GetArrayLength().ShouldBe(2);
        Arm.Writes.ShouldBe([$"POST {Shop}/providers/Imago/check?api-version=2026-11-01"]);
        (await _client.RunAsync("cluster", "check", "shop", "-g", "rg", "--context", "a")).ShouldFail(ExitCode.Usage, "NAME checks the cluster as it is attached");
    }

    [Fact]
    public async Task Detach_WaitsUntilNothingIsLeft()
    {
        Arm.Put(Attachment, "{}");
        (await _client.RunAsync("cluster", "detach", "shop", "-g", "rg")).ShouldFail(ExitCode.Usage, "Its nodes stay as they are.", "say so with --yes");
        var run = await _client.RunAsync("cluster", "detach", "shop", "-g", "rg", "--yes");
        (run.ExitCode, run.Out).ShouldBe((ExitCode.Ok, "Cluster 'shop' is detached. Nothing of Imago is left in it.\n"));
        run.Error.ShouldContain("Detaching cluster 'shop': 50 %");
    }

    [Fact]
    public async Task Detach_Forced_SaysSoToTheServerAndPromisesNothing()
    {
        Arm.Put(Attachment, "{}");
        (await _client.OkAsync("cluster", "detach", "shop", "-g", "rg", "--force", "--yes")).ShouldBe("Cluster 'shop' is detached.\n");
        Arm.Writes.ShouldBe([$"DELETE {Attachment}?api-version=2026-11-01&force=true"]);
    }

    [Fact]
    public async Task Detach_WithoutWaiting_SaysHowToFollow()
    {
        Arm.Put(Attachment, "{}");
        (await _client.OkAsync("cluster", "detach", "shop", "-g", "rg", "--yes", "--no-wait")).ShouldBe("Detaching cluster 'shop' goes on in the server. Follow it with: imago cluster show shop -g rg\n");
    }

    [Fact]
    public async Task ShowAndList_AttachedClusters_TellHowTheyAreReached()
    {
        Arm.Put(Shop, """{"properties":{"autoUpgradeProfile":{"nodeOSUpgradeChannel":"NodeImage"},"agentPoolProfiles":[{"name":"web","count":3}]}}""");
        Arm.Put(FakeArm.ClusterPath("rg", "other"), "{}");
        Arm.Put(Attachment, """{"properties":{"server":"https://api.example","context":"a","namespace":"imago-system","kubernetesVersion":"1.36.2","provider":{"kind":"external","endpoint":"https://nodes.example"},"unreachable":{"since":"2026-06-30T00:00:00Z","error":"no route"}}}""");

        var shown = await _client.OkAsync("cluster", "show", "shop", "-g", "rg");
        shown.ShouldContain("reachable  not since 2026-06-30T00:00:00Z: no route\n");
        shown.ShouldContain("provider   external, https://nodes.example\n");
        (await _client.OkAsync("cluster", "show", "other", "-g", "rg")).ShouldNotContain("reachable");
        var listed = await _client.OkAsync("cluster", "list", "-g", "rg", "--attached");
        listed.ShouldContain("https://api.example");
        listed.ShouldNotContain("other");
        (await _client.RunAsync("cluster", "list", "-g", "rg", "--attached", "--output", "json")).Json.GetProperty("value")[0].GetProperty("attachment").GetProperty("name").GetString().ShouldBe("default");
    }

    [Fact]
    public async Task Rbac_AsksNobody()
    {
        var run = await CommandRun.Of("cluster", "rbac");
        run.Out.ShouldContain("  namespace: imago-system\n");
        run.Out.ShouldContain("resources: [\"pods/eviction\"]");
    }
}

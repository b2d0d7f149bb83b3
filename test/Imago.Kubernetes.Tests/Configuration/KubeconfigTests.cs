using Imago.Kubernetes.Configuration;
using Imago.Kubernetes.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Configuration;

public sealed class KubeconfigTests : IDisposable
{
    private const string Secret = "s3cr3t-t0k3n";

    private const string Two = $"""
        apiVersion: v1
        kind: Config
        current-context: one
        clusters:
        - name: c1
          cluster:
            server: https://one.example:6443
            certificate-authority: ca.pem
            tls-server-name: kubernetes
        - name: c2
          cluster: {"{"}server: "https://two.example", insecure-skip-tls-verify: true, proxy-url: "socks5://p.example:1080"{"}"}
        users:
        - name: u1
          user:
            token: {Secret}
        - name: u2
          user:
            exec:
              apiVersion: client.authentication.k8s.io/v1
              command: get-token
              args: [--cluster, two]
              interactiveMode: IfAvailable
        contexts:
        - name: one
          context: {"{"}cluster: c1, user: u1, namespace: shop{"}"}
        - name: two
          context: {"{"}cluster: c2, user: u2{"}"}
        preferences: {"{}"}
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imago-kubeconfig");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Parse_TwoContexts_KnowsBoth()
    {
        var config = Kubeconfig.Parse(Two, "test");

        config.CurrentContext.ShouldBe("one");
        config.Contexts.Keys.ShouldBe(["one", "two"]);
        config.Contexts["one"].Namespace.ShouldBe("shop");
        using var access = config.Access("two", new RealClock());
        access.Server.ShouldBe(new Uri("https://two.example"));
        access.Tls.SkipVerification.ShouldBeTrue();
        access.Proxy.ShouldBe(new Uri("socks5://p.example:1080"));
    }

    [Fact]
    public void Merge_SameNames_FirstOneCounts()
    {
        var first = Write("first", """
            current-context: a
            contexts: [{name: a, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "https://first.example"}}]
            """);
        var second = Write("second", """
            current-context: b
            contexts: [{name: a, context: {cluster: other, user: other}}, {name: b, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "https://second.example"}}]
            users: [{name: u, user: {token: t}}]
            """);

        var merged = Kubeconfig.LoadDefault($"{first}{Path.PathSeparator}{_folder.FullName}/missing{Path.PathSeparator}{second}", "/nowhere");

        merged.CurrentContext.ShouldBe("a");
        merged.Contexts["a"].Cluster.ShouldBe("c");
        using var access = merged.Access("b", new RealClock());
        access.Server.Host.ShouldBe("first.example");
        access.Origin.ShouldBe("context b, user u");
    }

    [Fact]
    public void LoadDefault_NothingListedExists_SaysSo() =>
        Should.Throw<KubeconfigException>(() => Kubeconfig.LoadDefault("/nowhere/a:/nowhere/b", "/nowhere")).Message.ShouldContain("KUBECONFIG lists exists: /nowhere/a:/nowhere/b");

    [Theory]
    [InlineData("three", "has no context 'three'. It has: nocluster, nouser, one, two.")]
    [InlineData("nocluster", "there is no cluster 'x'. It has: c1, c2.")]
    [InlineData("nouser", "there is no user 'y'. It has: u1, u2.")]
    public void Access_SomethingMissing_NamesItAndWhatThereIs(string context, string expected)
    {
        var text = Two.Replace("preferences:", "- {name: nocluster, context: {cluster: x, user: u1}}\n- {name: nouser, context: {cluster: c2, user: y}}\npreferences:", StringComparison.Ordinal);

        Should.Throw<KubeconfigException>(() => Kubeconfig.Parse(text, "my.yaml").Access(context, new RealClock())).Message.ShouldSatisfyAllConditions(
            m => m.ShouldContain("Kubeconfig my.yaml"),
            m => m.ShouldContain(expected));
    }

    [Fact]
    public void Parse_SeveralMistakes_TellsAllAtOnce()
    {
        var message = Should.Throw<KubeconfigException>(() => Kubeconfig.Parse(
            """
            clusters: [{name: c, cluster: {server: "https://x", certificate-authority-data: "%%%", insecure-skip-tls-verify: perhaps}}]
            users: [{user: {token: t}}, {name: e, user: {exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}}}]
            """,
            "bad.yaml")).Message;

        message.ShouldContain("Cluster 'c': certificate-authority-data is not base64.");
        message.ShouldContain("'insecure-skip-tls-verify' is 'perhaps'; allowed are true and false.");
        message.ShouldContain("An entry of 'users' has no name.");
        message.ShouldContain("User 'e': exec has apiVersion 'client.authentication.k8s.io/v1alpha1'");
    }

    [Fact]
    public void Parse_NoYaml_NamesThePlaceAndNotTheText()
    {
        var message = Should.Throw<KubeconfigException>(() => Kubeconfig.Parse($"users:\n- name: u\n  user: [token: {Secret}", "broken.yaml")).Message;

        message.ShouldContain("broken.yaml");
        message.ShouldContain("line ");
        message.ShouldNotContain(Secret);
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Parse_NestedWithoutEnd_IsRefused(char opening) =>
        Should.Throw<KubeconfigException>(() => Kubeconfig.Parse("users: " + new string(opening, 200_000), "deep")).Message.ShouldContain("nested deeper than 50 levels");

    [Theory]
    [InlineData("a: &a [x]\nb: *a")]
    [InlineData("? &a [*a]\n: x")]
    [InlineData("a: &a {b: *a}")]
    public void Parse_Aliases_AreRefused(string text) =>
        Should.Throw<KubeconfigException>(() => Kubeconfig.Parse(text, "test")).Message.ShouldContain("aliases");

    [Fact]
    public async Task Parse_AliasesThatMultiply_AreRefusedAtOnce()
    {
        // Each line is twice the one before; as a key it would be looked through to its last leaf.
        var bomb = "a0: &a0 [x, x]\n" + string.Concat(Enumerable.Range(1, 40).Select(i => $"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n")) + "? *a40\n: x\n";

        await Should.ThrowAsync<KubeconfigException>(() => Task.Run(() => Kubeconfig.Parse(bomb, "test")).WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Theory]
    [InlineData($"https://me:{Secret}@one.example")]
    [InlineData($"https://one.example/?key={Secret}")]
    [InlineData($"https://one.example/#{Secret}")]
    public void Access_SecretInTheAddress_IsRefusedAndNotShown(string server)
    {
        var config = Kubeconfig.Parse($$"""
            current-context: a
            contexts: [{name: a, context: {cluster: c, user: ""} }]
            clusters: [{name: c, cluster: {server: "{{server}}"} }]
            """, "test");

        var message = Should.Throw<KubeconfigException>(() => config.Access(null, new RealClock())).Message;

        message.ShouldContain("cluster 'c'");
        message.ShouldNotContain(Secret);
    }

    [Fact]
    public void Access_TokenWithALineBreak_IsRefusedAndNotShown()
    {
        var message = Should.Throw<KubeconfigException>(() => Kubeconfig.Parse(Two.Replace($"token: {Secret}", $"token: \"{Secret}\\nmore\"", StringComparison.Ordinal).Replace("certificate-authority: ca.pem", "", StringComparison.Ordinal), "test").Access("one", new RealClock())).Message;

        message.ShouldContain("context 'one', user 'u1': the token has characters that no token has");
        message.ShouldNotContain(Secret);
    }

    [Fact]
    public void Access_AuthProvider_SaysWhatToDo() =>
        Should.Throw<KubeconfigException>(() => Kubeconfig.Parse(
            """
            current-context: a
            contexts: [{name: a, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "https://x.example"}}]
            users: [{name: u, user: {auth-provider: {name: gcp}}}]
            """,
            "old").Access(null, new RealClock())).Message.ShouldContain("auth-provider 'gcp' was removed from Kubernetes 1.26");

    [Fact]
    public void LocalUses_FilesAndPrograms_AreListed()
    {
        var config = Kubeconfig.Parse(Two, "test", "/etc/kube");

        config.LocalUses("one").ShouldBe([new LocalUse(LocalUseKind.File, "/etc/kube/ca.pem", "cluster 'c1': certificate-authority")]);
        config.LocalUses("two").ShouldBe([new LocalUse(LocalUseKind.Command, "get-token", "user 'u2': exec")]);
    }

    [Fact]
    public void Flatten_FilesOfAContext_AreInlinedAndNothingElseIsKept()
    {
        var authority = Certificates.Authority().ExportCertificatePem();
        File.WriteAllText(Path.Combine(_folder.FullName, "ca.pem"), authority);
        var file = Write("config", Two);

        var flat = Kubeconfig.Load(file).Flatten("one");

        flat.ShouldNotContain("two.example");
        var again = Kubeconfig.Parse(flat, "flat");
        again.LocalUses().ShouldBeEmpty();
        again.CurrentContext.ShouldBe("one");
        using var access = again.Access(null, new RealClock());
        access.Tls.Authorities!.Single().ExportCertificatePem().ShouldBe(authority);
        access.Tls.ServerName.ShouldBe("kubernetes");
        access.Namespace.ShouldBe("shop");
        flat.ShouldContain(Secret);
    }

    [Fact]
    public void Flatten_ExecPlugin_StaysAsItIs()
    {
        var again = Kubeconfig.Parse(Kubeconfig.Parse(Two, "test").Flatten("two"), "flat");

        again.LocalUses().Single().Subject.ShouldBe("get-token");
        again.Users["u2"].Exec!.Arguments.ShouldBe(["--cluster", "two"]);
    }

    [Fact]
    public void Flatten_FileIsMissing_NamesIt() =>
        Should.Throw<KubeconfigException>(() => Kubeconfig.Load(Write("config", Two)).Flatten("one")).Message.ShouldContain(Path.Combine(_folder.FullName, "ca.pem"));

    [Fact]
    public async Task Access_TokenFile_IsReadAgainWhenItsTokenIsRefused()
    {
        var token = Write("token", "old\n");
        var clock = new SetClock();
        using var access = Kubeconfig.Parse(
            $$$"""
            current-context: a
            contexts: [{name: a, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "https://x.example"}}]
            users: [{name: u, user: {token: ignored, tokenFile: "{{{token}}}"}}]
            """,
            "test").Access(null, clock);
        var first = await access.Credential.GetAsync(CancellationToken.None);
        first.Authorization!.Parameter.ShouldBe("old");
        access.Credential.Reject(first).ShouldBeFalse("the file says the same as before");

        Write("token", "new");
        access.Credential.Reject(first).ShouldBeTrue();
        (await access.Credential.GetAsync(CancellationToken.None)).Authorization!.Parameter.ShouldBe("new");

        Write("token", "newer");
        clock.Advance(TimeSpan.FromSeconds(11));
        (await access.Credential.GetAsync(CancellationToken.None)).Authorization!.Parameter.ShouldBe("newer");
    }

    [Fact]
    public void InCluster_ServiceAccount_IsUsed()
    {
        Write("token", "t");
        Write("ca.crt", Certificates.Authority().ExportCertificatePem());
        Write("namespace", "imago-system\n");
        var variables = new Dictionary<string, string?> { ["KUBERNETES_SERVICE_HOST"] = "fd00::1", ["KUBERNETES_SERVICE_PORT"] = "443" };

        using var access = InClusterAccess.Find(variables.GetValueOrDefault, new RealClock(), _folder.FullName);

        access!.Server.ShouldBe(new Uri("https://[fd00::1]:443"));
        access.Namespace.ShouldBe("imago-system");
        access.Tls.Authorities!.Count.ShouldBe(1);
        InClusterAccess.Find(_ => null, new RealClock()).ShouldBeNull();
    }

    [Fact]
    public void ToString_Secrets_AreNotShown()
    {
        using var access = Kubeconfig.Parse(Two.Replace("certificate-authority: ca.pem", "", StringComparison.Ordinal), "test").Access("one", new RealClock());

        $"{access} {access.Credential} {Kubeconfig.Parse(Two, "test").Users["u1"]}".ShouldNotContain(Secret);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}

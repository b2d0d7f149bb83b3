using Imago.Server.Attachments;
using Shouldly;
using Xunit;

namespace Imago.Server.Tests.Attachments;

public sealed class KubeconfigRulesTests
{
    [Fact]
    public void Check_TokenAndInlineAuthority_IsFine() => new KubeconfigRules([]).Check(Kubeconfig("token: abc"), null).ShouldBeEmpty();

    [Theory]
    [InlineData("tokenFile: /etc/shadow", "file")]
    [InlineData("client-certificate: /a.pem, client-key: /b.pem", "file")]
    [InlineData("exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh, interactiveMode: Never}", "program")]
    public void Check_ReadsOrRunsSomethingOnTheServer_IsRefusedWithoutNamingWhatIsThere(string user, string what)
    {
        var problems = new KubeconfigRules(["aws"]).Check(Kubeconfig(user), null);

        problems.ShouldNotBeEmpty();
        problems.ShouldAllBe(p => p.Message.Contains(what) && p.Message.Contains("on the server"));
    }

    [Fact]
    public void Check_ProgramIsAllowed_IsComparedAsWritten()
    {
        var rules = new KubeconfigRules(["aws"]);

        rules.Check(Kubeconfig("exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, interactiveMode: Never}"), null).ShouldBeEmpty();
        rules.Check(Kubeconfig("exec: {apiVersion: client.authentication.k8s.io/v1, command: ./aws, interactiveMode: Never}"), null).ShouldNotBeEmpty();
    }

    [Fact]
    public void Check_ContextIsNotThere_SaysWhichAre() => new KubeconfigRules([]).Check(Kubeconfig("token: abc"), "other").ShouldHaveSingleItem().Message.ShouldContain("'other'");

    internal static string Kubeconfig(string user, string server = "https://127.0.0.1:1") => $$$"""
        apiVersion: v1
        kind: Config
        current-context: c
        clusters: [{name: c, cluster: {server: "{{{server}}}"}}]
        contexts: [{name: c, context: {cluster: c, user: u}}]
        users: [{name: u, user: { {{{user}}} }}]
        """;
}

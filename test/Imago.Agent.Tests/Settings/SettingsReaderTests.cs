using Imago.Agent.Settings;
using Imago.Domain.Images.Archives;
using NodaTime;

namespace Imago.Agent.Tests.Settings;

public sealed class SettingsReaderTests
{
    [Fact]
    public void Read_EmptyObject_IsTheDefaults()
    {
        var settings = SettingsReader.Read("{}", out var problems);
        problems.ShouldBeEmpty();
        settings.RestartCommand.ShouldBe(["systemctl", "reboot"]);
        settings.StateDirectory.ShouldBe("/var/lib/imago-agent");
        settings.Spread.ShouldBe(Duration.FromMinutes(5));
    }

    [Fact]
    public void Read_EverythingSet_IsTaken()
    {
        var settings = SettingsReader.Read(
            """
            {
              // As a machine in its own network has it.
              "kubeconfig": "/etc/imago/kubeconfig", "nodeName": "node-1", "stateDirectory": "/srv/imago", "root": "/host",
              "enter": ["nsenter", "--target", "1", "--mount", "--"], "restartCommand": ["shutdown", "-r", "now"], "restartServices": false,
              "guardedServices": ["kubelet"], "spreadMinutes": 0, "ownSources": true, "holds": [], "lockTimeoutSeconds": 10, "updateTimeoutMinutes": 2,
              "installTimeoutMinutes": 30, "kernelPackages": ["linux-image-*"], "libcPackages": ["libc6"],
              "archives": [{ "pocket": "security", "uri": "http://mirror.example/{level}", "suite": "{codename}-security", "components": ["main", "contrib"], "signedBy": "/etc/keys.gpg" }],
            }
            """,
            out var problems);
        problems.ShouldBeEmpty();
        settings.Enter.Length.ShouldBe(5);
        settings.Machine.OwnSources.ShouldBeTrue();
        settings.Machine.Holds.ShouldBeEmpty();
        var archive = settings.Machine.Archives.ShouldHaveSingleItem();
        archive.Pocket.ShouldBe(ArchivePocket.Security);
        archive.Components.ShouldBe(["main", "contrib"]);
        settings.Spread.ShouldBe(Duration.Zero);
    }

    [Fact]
    public void Read_SeveralMistakes_FindsAllOfThem()
    {
        SettingsReader.Read(
            """{ "nodeNam": "x", "nodeName": "Node 1", "root": "host", "restartCommand": [], "spreadMinutes": 1000, "ownSources": "yes", "archives": [{ "pocket": "backports", "suite": "a b" }] }""",
            out var problems);
        problems.Count.ShouldBe(9);
        problems.ShouldContain(p => p.Contains("'nodeNam' is no setting", StringComparison.Ordinal));
        problems.ShouldContain(p => p.Contains("'spreadMinutes' is 1000; write a whole number from 0 to 360", StringComparison.Ordinal));
        problems.ShouldContain(p => p.Contains("'archives[0].pocket' is 'backports'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{ \"root\": ")]
    [InlineData("")]
    public void Read_NoObject_SaysSo(string text)
    {
        SettingsReader.Read(text, out var problems);
        problems.ShouldHaveSingleItem();
    }
}

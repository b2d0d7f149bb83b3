using System.Diagnostics;
using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Serving;

public sealed class BackupCommandTests : IDisposable
{
    private readonly Files _files = new();

    private string Data => _files.PathOf("data");

    private string Other => _files.PathOf("other");

    private string Backup => _files.PathOf("imago.backup");

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Restore_OfABackup_HasWhatTheServerHad()
    {
        var subscription = Value((await CommandRun.Of("server", "init", "--data", Data)).Out, "subscription");
        (await CommandRun.Of("server", "backup", Backup, "--data", Data)).ExitCode.ShouldBe(0);

        var restored = await CommandRun.Of("server", "restore", Backup, "--data", Other);

        restored.ExitCode.ShouldBe(0, restored.Error);
        (await CommandRun.Of("server", "init", "--data", Other)).ShouldFail(ExitCode.Failed, "There is an Owner of everything already");
        Value((await CommandRun.Of("server", "init", "--new", "--data", Other)).Out, "subscription").ShouldBe(subscription);
    }

    [Fact]
    public async Task BackupAndRestore_OntoSomethingThatIsThere_LeaveItAlone()
    {
        await CommandRun.Of("server", "init", "--data", Data);
        await CommandRun.Of("server", "init", "--data", Other);
        await CommandRun.Of("server", "backup", Backup, "--data", Data);
        var before = await File.ReadAllBytesAsync(Backup);

        (await CommandRun.Of("server", "backup", Backup, "--data", Other)).ShouldFail(ExitCode.Failed, Backup);
        (await CommandRun.Of("server", "restore", Backup, "--data", Other)).ShouldFail(ExitCode.Failed, "imago.db");

        (await File.ReadAllBytesAsync(Backup)).ShouldBe(before);
    }

    [Theory]
    [InlineData("backup", "There is no database")]
    [InlineData("restore", "nowhere.backup")]
    public async Task BackupAndRestore_OfNothing_SayWhatIsMissing(string command, string said) =>
        (await CommandRun.Of("server", command, _files.PathOf("nowhere.backup"), "--data", Data)).ShouldFail(ExitCode.Failed, said);

    [Theory]
    [InlineData("backup", "pg_dump")]
    [InlineData("restore", "pg_restore")]
    public async Task BackupAndRestore_OfPostgres_NameItsOwnTools(string command, string said) =>
        (await CommandRun.Of("server", command, Backup, "--database", "Host=127.0.0.1;Password=top-secret")).ShouldFail(ExitCode.Failed, said);

    [Fact]
    public async Task Server_Killed_WasBackedUpBeforeAndLeavesItsFolderToTheNextOne()
    {
        await CommandRun.Of("server", "init", "--data", Data);
        using (var first = await StartAsync())
        {
            (await CommandRun.Of("server", "backup", Backup, "--data", Data)).ExitCode.ShouldBe(0);
            (await CommandRun.Of("server", "restore", Backup, "--data", Data)).ShouldFail(ExitCode.Failed, "in use by another Imago server");

            first.Kill();
            await first.WaitForExitAsync();
        }

        using var second = await StartAsync();
        second.Kill();
        await second.WaitForExitAsync();
        (await CommandRun.Of("server", "init", "--data", Data)).ShouldFail(ExitCode.Failed, "There is an Owner of everything already");
        (await CommandRun.Of("server", "restore", Backup, "--data", Other)).ExitCode.ShouldBe(0);
    }

    private static string Value(string text, string name) => text.Split('\n').Select(l => l.Trim()).Single(l => l.StartsWith(name, StringComparison.Ordinal)).Split(' ')[^1];

    private async Task<Process> StartAsync()
    {
        var server = ProcessRun.Start("server", "--data", Data, "--listen", "https://127.0.0.1:0", "--set", "log.level=Warning");
        (await server.StandardOutput.ReadLineAsync()).ShouldNotBeNull(await ErrorOf(server)).ShouldStartWith("Imago is ready at https://127.0.0.1:");
        return server;
    }

    // Read only if it has ended: until then it may write more.
    private static async Task<string> ErrorOf(Process server) => server.HasExited ? await server.StandardError.ReadToEndAsync() : "";
}

using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Kit;

/// <summary>A user with a profile of their own, and the server they talk to.</summary>
public sealed class RemoteClient : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imago-profile-");
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    internal FakeArm Arm { get; private set; } = null!;

    public string ProfileFile => Path.Combine(_folder.FullName, "imago", "profile.json");

    public string Folder => _folder.FullName;

    public async ValueTask InitializeAsync()
    {
        Arm = await FakeArm.StartAsync();
        Set("XDG_CONFIG_HOME", _folder.FullName);
    }

    public async ValueTask DisposeAsync()
    {
        await Arm.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    public void Set(string variable, string value) => _environment[variable] = value;

    public string Write(string name, string text)
    {
        var file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, text);
        return file;
    }

    internal IReadOnlyDictionary<string, string> Environment => _environment;

    internal Task<CommandRun> RunAsync(params string[] args) => CommandRun.In(_environment, "", args);

    internal Task<CommandRun> WithInputAsync(string input, params string[] args) => CommandRun.In(_environment, input, args);

    internal async Task<CommandRun> LoginAsync(params string[] more)
    {
        var run = await RunAsync(["login", "--server", Arm.Address, "--client-id", FakeArm.ClientId, "--client-secret", FakeArm.Secret, .. more]);
        run.ExitCode.ShouldBe(ExitCode.Ok, run.Error);
        Arm.Forget();
        return run;
    }

    /// <summary>What goes well.</summary>
    internal async Task<string> OkAsync(params string[] args)
    {
        var run = await RunAsync(args);
        run.ExitCode.ShouldBe(ExitCode.Ok, run.Error);
        return run.Out;
    }
}

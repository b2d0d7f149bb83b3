namespace Imago.Agent.Tests.Kit;

/// <summary>A folder that is gone with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("imago-agent-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

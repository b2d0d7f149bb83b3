using System.Net;
using System.Net.Sockets;
using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Serving;

public sealed class ServerStartTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("imago-start-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Server_AtAnAddressThatIsTaken_SaysSoAndNothingElse()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var address = $"https://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";

        var run = await ProcessRun.ToEndAsync("server", "--data", _folder, "--listen", address, "--set", "log.level=Error");

        run.ExitCode.ShouldBe(ExitCode.Failed);
        run.Out.ShouldBeEmpty();
        run.Error.ReplaceLineEndings(" ").Trim().ShouldBe($"imago: {address} is in use by another process. Stop it, or choose another address with --listen, for example https://127.0.0.1:0.");
    }
}

using System.Diagnostics;
using Imago.Acceptance.Tests.JavaScript;
using Imago.Acceptance.Tests.Serving;

[assembly: AssemblyFixture(typeof(JavaScriptFixture))]

namespace Imago.Acceptance.Tests.JavaScript;

/// <summary>One server for all scenarios, made when the first of them runs.</summary>
public sealed class JavaScriptFixture : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private ImagoServer? _server;

    /// <summary>Runs a scenario, a script that ends with 0 if everything was as it asserts.</summary>
    internal async Task<ProgramRun> RunAsync(string scenario)
    {
        var server = await ServerAsync();
        var start = new ProcessStartInfo("node", [$"{scenario}.js"]) { WorkingDirectory = NodePackages.Folder };
        start.Environment["IMAGO_ADDRESS"] = server.Address.ToString().TrimEnd('/');
        start.Environment["IMAGO_SUBSCRIPTION"] = server.Credentials.SubscriptionId;
        start.Environment["IMAGO_TOKEN"] = await server.Client.TokenAsync();
        start.Environment["NODE_EXTRA_CA_CERTS"] = server.AuthorityFile;
        return await ProgramRun.Of(start);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _one.Dispose();
    }

    private async Task<ImagoServer> ServerAsync()
    {
        await _one.WaitAsync();
        try
        {
            await NodePackages.EnsureAsync();
            return _server ??= await ImagoServer.StartAsync(new ServerSettings());
        }
        finally
        {
            _one.Release();
        }
    }
}

using Imago.Acceptance.Tests.AzureCli;
using Imago.Acceptance.Tests.Serving;

[assembly: AssemblyFixture(typeof(AzureCliFixture))]

namespace Imago.Acceptance.Tests.AzureCli;

/// <summary>One server and one signed-in az for all tests about the Azure CLI, made when the first of them asks.</summary>
public sealed class AzureCliFixture : IAsyncDisposable
{
    /// <summary>The group that the documented commands name.</summary>
    public const string Group = "myResourceGroup";

    /// <summary>The region that everything is in.</summary>
    public const string Location = "eastus";

    private readonly SemaphoreSlim _one = new(1, 1);
    private ImagoServer? _server;
    private AzSession? _az;
    private Exception? _failure;

    internal ImagoServer Server => _server ?? throw new InvalidOperationException("Call ReadyAsync first.");

    internal AzSession Az => _az ?? throw new InvalidOperationException("Call ReadyAsync first.");

    /// <summary>Makes what is missing: the Debian folder, the server, the session, the resource group.</summary>
    internal async Task<AzureCliFixture> ReadyAsync()
    {
        await _one.WaitAsync();
        try
        {
            if (_failure is not null)
            {
                throw new InvalidOperationException(_failure.Message, _failure);
            }

            if (_az is null)
            {
                await AzFolder.EnsureAsync();
                _server = await ImagoServer.StartAsync(new ServerSettings());
                var az = new AzSession(_server.AuthorityFile);
                await az.UseAsync(_server.Address);
                (await az.SignInAsync(_server.Credentials)).MustSucceed();
                (await az.RunAsync($"group create --name {Group} --location {Location}")).MustSucceed();
                _az = az;
            }
        }
        catch (Exception failure)
        {
            // What takes minutes to fail is tried once, and every test says why.
            _failure = failure;
            throw;
        }
        finally
        {
            _one.Release();
        }

        return this;
    }

    public async ValueTask DisposeAsync()
    {
        _az?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _one.Dispose();
    }
}

using System.Text.Json;
using Imago.Acceptance.Tests.Serving;

namespace Imago.Acceptance.Tests.AzureCli;

/// <summary>A story told with az, test by test in the order in which they are written.</summary>
[TestCaseOrderer(typeof(StoryOrder))]
public abstract class AzStory(AzureCliFixture fixture) : IAsyncLifetime
{
    private protected ImagoServer Server => fixture.Server;

    private protected AzSession Session => fixture.Az;

    private protected ArmClient Arm => fixture.Server.Client;

    public async ValueTask InitializeAsync() => await fixture.ReadyAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>One command, as typed after <c>az</c>, that must end with 0.</summary>
    private protected async Task<ProgramRun> Az(string commandLine) => (await Session.RunAsync(commandLine)).MustSucceed();

    /// <summary>One command that must end with 0 and print JSON.</summary>
    private protected async Task<JsonElement> AzJson(string commandLine) => (await Session.RunAsync(commandLine)).Json;
}

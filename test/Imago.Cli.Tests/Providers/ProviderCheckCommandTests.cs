using Imago.Application.Ports;
using Imago.Cli.Tests.Kit;
using Imago.Domain.Rollouts.Actions;
using Imago.ReferenceProvider;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Providers;

public sealed class ProviderCheckCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imago-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Check_GoodProvider_SaysSoAndEndsWell()
    {
        await using var server = await StartAsync();

        var run = await CommandRun.Of("provider", "check", "--endpoint", server.Endpoint.AbsoluteUri, "--token-file", File("correct-horse\n"), "--pool", "apps", "--node", "apps-0001", "--image", "acme-2");

        run.ExitCode.ShouldBe(ExitCode.Ok, run.Error);
        run.Out.ShouldContain("It would reimage it to 'acme-2'.");
        run.Out.ShouldEndWith("Imago can work with this provider.\n");
    }

    [Fact]
    public async Task Check_WrongTokenFromStandardInput_EndsWithAProblemAndNotTheToken()
    {
        await using var server = await StartAsync();

        var run = await CommandRun.With("battery-staple", CommandRun.Now, "provider", "check", "--endpoint", server.Endpoint.AbsoluteUri, "--token-file", "-", "--output", "json");

        run.ExitCode.ShouldBe(ExitCode.Failed);
        var finding = run.Json.GetProperty("findings").EnumerateArray().ShouldHaveSingleItem();
        finding.GetProperty("code").GetString().ShouldBe("ProviderReachable");
        finding.GetProperty("level").GetString().ShouldBe("Problem");
        finding.GetProperty("message").GetString()!.ShouldContain("401");
        run.Out.ShouldNotContain("battery-staple");
    }

    [Fact]
    public async Task Check_HalfANode_IsAMistakeOfUse() =>
        (await CommandRun.Of("provider", "check", "--endpoint", "https://nodes.example.com", "--pool", "apps")).ShouldFail(ExitCode.Usage, "--pool, --node and --image belong together");

    [Fact]
    public async Task Check_NoAddress_IsAMistakeOfUse() =>
        (await CommandRun.Of("provider", "check", "--endpoint", "nodes")).ShouldFail(ExitCode.Usage, "'nodes' is not an address");

    [Theory]
    [InlineData("http://nodes.example.com", "is not encrypted")]
    [InlineData("https://nodes.example.com/?key=1", "more than scheme, host, port and path")]
    public async Task Check_AddressThatCannotBeUsed_SaysWhy(string endpoint, string why) =>
        (await CommandRun.Of("provider", "check", "--endpoint", endpoint)).ShouldFail(ExitCode.Failed, why);

    private string File(string text)
    {
        var file = Path.Join(_folder.FullName, "token.txt");
        System.IO.File.WriteAllText(file, text);
        return file;
    }

    private static Task<ReferenceServer> StartAsync() =>
        ReferenceServer.StartAsync(new Untouched(), new ReferenceOptions { Token = "correct-horse", Clock = new StandingClock() });

    // Whatever reaches the infrastructure was not without harm.
    private sealed class Untouched : INodeProvider
    {
        public ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation) => throw new InvalidOperationException($"{request.Verb} was carried out.");

        public ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation) => ValueTask.FromResult<ProviderOperation?>(null);
    }
}

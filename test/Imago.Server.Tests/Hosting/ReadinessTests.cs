using Imago.Application.Storage;
using Imago.Server.Hosting;
using Shouldly;
using Xunit;

namespace Imago.Server.Tests.Hosting;

public sealed class ReadinessTests
{
    [Fact]
    public async Task Problems_StoreAnswersAndEngineRuns_AreNone()
    {
        var readiness = new Readiness(_ => ValueTask.CompletedTask);
        readiness.EngineRuns();

        (await readiness.ProblemsAsync(default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Problems_NothingWorks_AreAllNamed()
    {
        var readiness = new Readiness(_ => throw new StoreUnavailableException("gone"));
        readiness.Stopping();

        (await readiness.ProblemsAsync(default)).ShouldBe(["The server is stopping.", "The engine has not started yet.", "The store does not answer."]);
    }
}

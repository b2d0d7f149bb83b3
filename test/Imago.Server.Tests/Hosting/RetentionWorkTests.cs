using Imago.Application.Storage;
using Imago.Server.Configuration;
using Imago.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Imago.Server.Tests.Hosting;

public sealed class RetentionWorkTests
{
    [Fact]
    [Trait("Rule", "EV-60")]
    public async Task Stop_WhileItWaitsForItsNextTime_IsNoFailure()
    {
        await using var server = await RunningServer.StartAsync();
        var clock = new TellingClock();
        using var work = new RetentionWork(
            server.App.Services.GetRequiredService<IStore>(), server.App.Services.GetRequiredService<ServerOptions>(), clock, NullLogger<RetentionWork>.Instance);

        await work.StartAsync(TestContext.Current.CancellationToken);
        await clock.Started.WaitAsync(TestContext.Current.CancellationToken);
        await work.StopAsync(TestContext.Current.CancellationToken);

        // The host logs a task that was cancelled as failed, with its stack, where the server could not start.
        work.ExecuteTask!.Status.ShouldBe(TaskStatus.RanToCompletion);
    }

    /// <summary>Tells when the work has begun: one that has not is cancelled like any other task.</summary>
    private sealed class TellingClock : TimeProvider
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Started => _started.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _started.TrySetResult();
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}

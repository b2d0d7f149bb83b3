using Imago.Application.Storage;
using Imago.Server.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Server.Hosting;

/// <summary>EV-60: removes history that is older than it is kept. Every replica does it; what one has removed the others do not find.</summary>
internal sealed partial class RetentionWork(IStore store, ServerOptions options, TimeProvider clock, ILogger<RetentionWork> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(6);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do
            {
                await ForgetAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // A stop is no failure, also where the server could not start.
        }
    }

    private async Task ForgetAsync(CancellationToken cancellation)
    {
        try
        {
            var removed = await store.ForgetBeforeAsync(Instant.FromDateTimeOffset(clock.GetUtcNow()) - options.Retention, cancellation);
            if (removed > 0)
            {
                Removed(removed, options.Retention.TotalDays);
            }
        }
        catch (StoreUnavailableException problem)
        {
            // The next time will do as well.
            NotRemoved(problem.Message);
        }
    }
}

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
        do
        {
            try
            {
                var removed = await store.ForgetBeforeAsync(Instant.FromDateTimeOffset(clock.GetUtcNow()) - options.Retention, stoppingToken);
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
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}

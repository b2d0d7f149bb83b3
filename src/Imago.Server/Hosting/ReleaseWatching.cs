using Imago.Application.Engine;
using Microsoft.Extensions.Hosting;

namespace Imago.Server.Hosting;

/// <summary>Runs the watch over releases as long as the server runs.</summary>
internal sealed class ReleaseWatching(ReleaseWatch watch) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => watch.RunAsync(stoppingToken).AsTask();
}

using System.Globalization;
using Imago.Application.Storage;
using Imago.Persistence;
using Imago.Persistence.Crash;
using Microsoft.Extensions.Logging.Abstractions;

// imago-crash Sqlite|Postgres FILE|CONNECTION WRITERS: writes batch after batch until it is killed, and says 'WRITER NUMBER' on a line for each that was acknowledged.
var options = string.Equals(args[0], "Sqlite", StringComparison.Ordinal)
    ? new StoreOptions { DataFile = args[1] }
    : new StoreOptions { Provider = StoreProvider.Postgres, ConnectionString = args[1] };
await using var store = await StoreFactory.OpenAsync(options, new StandingClock(), NullLoggerFactory.Instance, CancellationToken.None);
var writers = Enumerable.Range(0, int.Parse(args[2], CultureInfo.InvariantCulture)).Select(WriteAsync);
try
{
    await Task.WhenAll(writers);
    return 0;
}
catch (StoreUnavailableException exception)
{
    // The database itself was killed.
    await Console.Error.WriteLineAsync(exception.Message);
    return 3;
}

async Task WriteAsync(int writer)
{
    await Task.Yield();
    await store.CommitAsync(Load.First(writer), CancellationToken.None);
    for (var number = (await store.FindAsync(Load.Cluster(writer), CancellationToken.None))!.Version; ; number++)
    {
        var outcome = await store.CommitAsync(Load.Batch(writer, number), CancellationToken.None);
        if (!outcome.Committed)
        {
            throw new InvalidOperationException($"Batch {number} of writer {writer} lost against {outcome.Conflict}, and nobody else writes.");
        }

        // Console.Out writes through: the line is in the pipe when the next batch begins.
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{writer} {number}"));
    }
}

using Imago.Persistence;
using Imago.Persistence.Stores;
using Imago.Server.Certificates;
using Imago.Server.Configuration;
using Imago.Server.DataFolders;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Server.Hosting;

/// <summary>What is opened before the server is built, and closed after everything that uses it has ended: the container's own order would close some of it twice.</summary>
internal sealed record OpenedParts(DataFolder Folder, ServerCertificate Certificate, RelationalStore Store) : IAsyncDisposable
{
    public static async Task<OpenedParts> OpenAsync(ServerOptions options, string replica, TimeProvider clock, CancellationToken cancellation)
    {
        var now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        using var loggers = LoggerFactory.Create(logging => ServerLogging.Add(logging, options, replica));
        var folder = DataFolder.Open(options.DataFolder);
        try
        {
            var certificate = options.CertificateFile is { } file
                ? ServerCertificate.OfFiles(file, options.CertificateKeyFile!, now)
                : ServerCertificate.OfDataFolder(folder, new CertificateOptions(options.Names), now);
            var place = options.Database is { } database
                ? new StoreOptions { Provider = StoreProvider.Postgres, ConnectionString = database }
                : new StoreOptions { DataFile = folder.DatabaseFile };
            return new OpenedParts(folder, certificate, await StoreFactory.OpenAsync(place, clock, loggers, cancellation));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Certificate.Dispose();
        Folder.Dispose();
    }
}

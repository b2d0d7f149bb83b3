using Imago.Persistence;
using Imago.Server.Configuration;
using Imago.Server.DataFolders;

namespace Imago.Cli.Serving;

/// <summary>Where the store of a server is.</summary>
internal static class StorePlace
{
    public static StoreOptions Of(ServerOptions options, DataFolder folder) => options.Database is { } database
        ? new StoreOptions { Provider = StoreProvider.Postgres, ConnectionString = database }
        : new StoreOptions { DataFile = folder.DatabaseFile };
}

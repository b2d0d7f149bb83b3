using Imago.Persistence.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Imago.Persistence.Tests.Kit;

/// <summary>An empty database for one test. Stores that were opened on it are closed with it.</summary>
public abstract class TestDatabase : IAsyncDisposable
{
    private readonly List<RelationalStore> opened = [];

    public abstract StoreOptions Options { get; }

    /// <summary>Opens a store on it. Several at a time only where the database allows it.</summary>
    public async ValueTask<RelationalStore> OpenAsync()
    {
        var store = await StoreFactory.OpenAsync(Options, new StandingClock(), NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        opened.Add(store);
        return store;
    }

    /// <summary>Closes a store and opens the same database again.</summary>
    public async ValueTask<RelationalStore> ReopenAsync(RelationalStore store)
    {
        await store.DisposeAsync();
        opened.Remove(store);
        return await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in opened)
        {
            await store.DisposeAsync();
        }

        await RemoveAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract ValueTask RemoveAsync();
}

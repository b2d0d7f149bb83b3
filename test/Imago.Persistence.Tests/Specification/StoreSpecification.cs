using Imago.Application.Storage;
using Imago.Persistence.Stores;
using Imago.Persistence.Tests.Kit;

namespace Imago.Persistence.Tests.Specification;

/// <summary>What holds for every database; one subject per class below this one, and for each of them one class per provider.</summary>
public abstract class StoreSpecification(Func<ValueTask<TestDatabase>> create) : IAsyncLifetime
{
    protected TestDatabase Database { get; private set; } = null!;

    protected RelationalStore Store { get; private set; } = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Database = await create();
        try
        {
            Store = await Database.OpenAsync();
        }
        catch
        {
            // A test that could not begin is not disposed of.
            await Database.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Database is not null)
        {
            await Database.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    protected async ValueTask<CommitOutcome> CommitAsync(StoreBatch batch) => await Store.CommitAsync(batch, Cancellation);

    protected async ValueTask CommittedAsync(StoreBatch batch) => (await CommitAsync(batch)).ShouldBe(CommitOutcome.Done);

    protected async ValueTask ReopenAsync() => Store = await Database.ReopenAsync(Store);
}

namespace Imago.Persistence.Tests.Kit;

/// <summary>A SQLite file in a folder of its own.</summary>
public sealed class SqliteDatabase : TestDatabase
{
    private readonly TemporaryFolder folder = new();

    public override StoreOptions Options => new() { Provider = StoreProvider.Sqlite, DataFile = folder.File("imago.db") };

    public static ValueTask<TestDatabase> Create() => new(new SqliteDatabase());

    protected override ValueTask RemoveAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

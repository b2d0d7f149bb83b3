using Imago.Application.Storage;
using Imago.Persistence.Sqlite;
using Imago.Persistence.Tests.Kit;
using Imago.Persistence.Writing;
using Microsoft.Data.Sqlite;

namespace Imago.Persistence.Tests.Sqlite;

public sealed class CommitQueueTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SqliteConnection connection;
    private readonly CommitQueue queue;
    private int commits;

    public CommitQueueTests()
    {
        var file = folder.File("queue.db");
        connection = new SqliteConnection($"Data Source={file};Pooling=false");
        connection.Open();
        Execute("PRAGMA journal_mode = WAL; CREATE TABLE things (x TEXT NOT NULL PRIMARY KEY, more BLOB); PRAGMA max_page_count = 100;");
        SQLitePCL.raw.sqlite3_commit_hook(connection.Handle, _ => Interlocked.Increment(ref commits) * 0, null);
        queue = new CommitQueue(connection, file);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_ManyThatWait_AreCommittedTogetherAndOneThatFailsTakesNobodyWithIt()
    {
        using var gate = new Gate(queue);
        await gate.EnteredAsync();
        using var gaveUp = new CancellationTokenSource();
        var good = Enumerable.Range(0, 50).Select(i => WriteAsync($"good-{i}")).ToList();
        var undone = queue.WriteAsync(async session => Change.Undone(await InsertAsync(session, "undone")), Cancellation).AsTask();
        var twice = WriteAsync("good-0");
        var broken = queue.WriteAsync<int>(
            async session =>
            {
                await InsertAsync(session, "broken");
                throw new FormatException("of its own");
            },
            Cancellation).AsTask();
        var canceled = queue.WriteAsync(async session => Change.Kept(await InsertAsync(session, "canceled")), gaveUp.Token).AsTask();
        await gaveUp.CancelAsync();
        gate.Open();

        (await Task.WhenAll([undone, .. good])).ShouldAllBe(rows => rows == 1);
        await Should.ThrowAsync<SqliteException>(twice);
        (await Should.ThrowAsync<FormatException>(broken)).Message.ShouldBe("of its own");
        await Should.ThrowAsync<OperationCanceledException>(canceled);
        // Who held the gate alone, then all that had waited.
        commits.ShouldBe(2);
        (await CountAsync()).ShouldBe(50);
    }

    [Fact]
    public async Task Write_DiskFull_FailsAllOfTheGroupAndTheNextOneWorks()
    {
        await WriteAsync("before");
        using var gate = new Gate(queue);
        await gate.EnteredAsync();
        var small = WriteAsync("small");
        var large = queue.WriteAsync(
            async session => Change.Kept(await session.ExecuteAsync("INSERT INTO things (x, more) VALUES ($1, zeroblob(1000000))", "large")), Cancellation).AsTask();
        gate.Open();

        (await Should.ThrowAsync<StoreUnavailableException>(large)).Message.ShouldContain("the disk is full");
        await Should.ThrowAsync<StoreUnavailableException>(small);
        (await StoredAsync("small")).ShouldBeFalse();
        await WriteAsync("after");
        (await StoredAsync("before")).ShouldBeTrue();
        (await StoredAsync("large")).ShouldBeFalse();
    }

    [Fact]
    public async Task Write_CanceledBefore_IsNotRun() =>
        await Should.ThrowAsync<OperationCanceledException>(async () =>
            await queue.WriteAsync<int>(_ => throw new InvalidOperationException("It ran."), new CancellationToken(canceled: true)));

    public void Dispose()
    {
        queue.Dispose();
        folder.Dispose();
    }

    private static ValueTask<int> InsertAsync(StoreSession session, string name) => session.ExecuteAsync("INSERT INTO things (x) VALUES ($1)", name);

    private Task<int> WriteAsync(string name) => queue.WriteAsync(async session => Change.Kept(await InsertAsync(session, name)), Cancellation).AsTask();

    private async Task<long?> CountAsync() => await queue.WriteAsync(async session => Change.Kept(await session.NumberAsync("SELECT COUNT(*) FROM things")), Cancellation);

    private async Task<bool> StoredAsync(string name) =>
        await queue.WriteAsync(async session => Change.Kept(await session.NumberAsync("SELECT 1 FROM things WHERE x = $1", name)), Cancellation) == 1;

    private void Execute(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Keeps the writer busy, so that everybody who comes meanwhile waits for the same commit.</summary>
    private sealed class Gate : IDisposable
    {
        private readonly TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim opened = new();
        private readonly Task<int> held;

        public Gate(CommitQueue queue) => held = queue.WriteAsync(
            _ =>
            {
                entered.SetResult();
                opened.Wait(Cancellation);
                return ValueTask.FromResult(Change.Kept(0));
            },
            Cancellation).AsTask();

        public Task EnteredAsync() => entered.Task;

        public void Open() => opened.Set();

        public void Dispose()
        {
            opened.Set();
            held.Wait(Cancellation);
            opened.Dispose();
        }
    }
}

using Imago.Application.Storage;
using Imago.Persistence.Tests.Kit;
using Microsoft.Data.Sqlite;
using static Imago.Persistence.Tests.Kit.Samples;

namespace Imago.Persistence.Tests.Sqlite;

/// <summary>What only a SQLite file can do: be open already, be something else, be locked.</summary>
public sealed class SqliteStoreTests : IAsyncDisposable
{
    private readonly SqliteDatabase database = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_FileThatIsInUse_IsRefusedUntilTheOtherHasClosed()
    {
        var first = await database.OpenAsync();
        var refused = await Should.ThrowAsync<StoreRefusedException>(async () => await database.OpenAsync());
        refused.Message.ShouldContain("is in use by another process");
        refused.Message.ShouldContain(database.Options.DataFile!);

        await database.CloseAsync(first);
        await database.OpenAsync();
    }

    [Fact]
    public async Task Open_LeaseOfAProcessThatHasEnded_IsFreeAtOnceAndTheNextEpochIsHigher()
    {
        var now = NodaTime.Instant.FromUtc(2026, 11, 25, 12, 0);
        var first = await database.OpenAsync();
        (await first.HoldLeaseAsync("c", "dead", now, NodaTime.Duration.FromMinutes(1), Cancellation))!.Epoch.ShouldBe(1);
        (await first.HoldLeaseAsync("c", "other", now, NodaTime.Duration.FromMinutes(1), Cancellation)).ShouldBeNull();
        await database.CloseAsync(first);

        var second = await database.OpenAsync();

        (await second.HoldLeaseAsync("c", "other", now, NodaTime.Duration.FromMinutes(1), Cancellation))!.Epoch.ShouldBe(2);
    }

    [Fact]
    public async Task Open_FileOfTextInstead_SaysThatItIsNoDatabase()
    {
        await File.WriteAllTextAsync(database.Options.DataFile!, new string('x', 5000), Cancellation);

        (await Should.ThrowAsync<StoreUnavailableException>(async () => await database.OpenAsync())).Message.ShouldContain("it is not a SQLite database");
        (await File.ReadAllTextAsync(database.Options.DataFile!, Cancellation)).ShouldBe(new string('x', 5000));
    }

    [Fact]
    public async Task Open_DatabaseOfSomethingElse_IsRefusedAndLeftAlone()
    {
        await database.QueryAsync("CREATE TABLE songs (title TEXT)");

        (await Should.ThrowAsync<StoreRefusedException>(async () => await database.OpenAsync())).Message.ShouldContain("not a store of Imago");
        (await database.QueryAsync("SELECT COUNT(*) FROM sqlite_master")).ShouldBe(1L);
    }

    [Fact]
    public async Task Open_FolderThatCannotBeMade_SaysSo()
    {
        await File.WriteAllTextAsync(database.Options.DataFile!, "", Cancellation);
        var below = new StoreOptions { DataFile = Path.Join(database.Options.DataFile, "below", "imago.db") };

        (await Should.ThrowAsync<StoreUnavailableException>(async () => await StoreFactory.OpenAsync(
            below, new StandingClock(), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, Cancellation))).Message.ShouldContain("its folder cannot be made");
    }

    [Fact]
    public async Task Open_FolderThatDoesNotExist_IsMade()
    {
        using var folder = new TemporaryFolder();
        var options = new StoreOptions { DataFile = folder.File("a/b/imago.db") };
        await using var store = await StoreFactory.OpenAsync(
            options, new StandingClock(), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, Cancellation);

        File.Exists(options.DataFile).ShouldBeTrue();
    }

    [Fact]
    public async Task Commit_AnotherProgramKeepsTheFileLocked_SaysSoAndWorksAgainAfterwards()
    {
        var store = await database.OpenAsync();
        await using (var other = await database.ConnectAsync())
        {
            await using var command = other.CreateCommand();
            command.CommandText = "BEGIN IMMEDIATE";
            await command.ExecuteNonQueryAsync(Cancellation);

            // Readers do not wait for it.
            (await store.FindAsync(Cluster, Cancellation)).ShouldBeNull();
            (await Should.ThrowAsync<StoreUnavailableException>(async () => await store.CommitAsync(Creating(ClusterResource()), Cancellation)))
                .Message.ShouldContain("another program keeps it locked");
        }

        (await store.CommitAsync(Creating(ClusterResource()), Cancellation)).Committed.ShouldBeTrue();
    }

    [Fact]
    public async Task Store_ItsFile_IsInWriteAheadMode()
    {
        await database.OpenAsync();

        (await database.QueryAsync("PRAGMA journal_mode")).ShouldBe("wal");
    }

    [Fact]
    public async Task Store_Closed_AnswersThatItIs()
    {
        var store = await database.OpenAsync();
        await database.CloseAsync(store);

        (await Should.ThrowAsync<StoreUnavailableException>(async () => await store.CommitAsync(new StoreBatch(), Cancellation))).Message.ShouldContain("has been closed");
    }

    [Fact]
    public async Task Lists_OfEveryKind_UseAnIndex()
    {
        await database.OpenAsync();
        foreach (var query in new[]
        {
            "SELECT * FROM resources WHERE type_key = 'x' AND key >= 'a' AND key < 'b' ORDER BY key LIMIT 10",
            "SELECT * FROM resources WHERE cluster_key = 'x' ORDER BY key",
            "SELECT * FROM operations WHERE cluster_key = 'x' AND is_open ORDER BY started_at, seq",
            "SELECT * FROM activities WHERE subscription_key = 'x' AND at >= 1 AND at <= 2 ORDER BY at DESC, seq DESC LIMIT 10",
            "SELECT * FROM rollouts WHERE cluster_key = 'x' ORDER BY started_at DESC, id DESC LIMIT 10",
            "SELECT * FROM outbox WHERE delivered_at IS NULL ORDER BY seq LIMIT 10",
        })
        {
            var plan = new List<string>();
            await using var connection = (SqliteConnection)await database.ConnectAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = $"EXPLAIN QUERY PLAN {query}";
            await using var reader = await command.ExecuteReaderAsync(Cancellation);
            while (await reader.ReadAsync(Cancellation))
            {
                plan.Add(reader.GetString(3));
            }

            var text = string.Join("; ", plan);
            text.ShouldContain("USING INDEX", customMessage: query);
            text.ShouldNotContain("TEMP B-TREE", customMessage: query);
        }
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();
}

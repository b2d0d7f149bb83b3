using System.Globalization;
using Imago.Application.Storage;
using Imago.Persistence.Schema;
using Imago.Persistence.Tests.Kit;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using static Imago.Persistence.Tests.Kit.Samples;

namespace Imago.Persistence.Tests.Postgres;

/// <summary>What only a database server can do: be shared, be away, be dumped.</summary>
public sealed class PostgresStoreTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_SeveralServersAtOnceOnAnEmptyDatabase_MigrateItOnce()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);

        var stores = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => StoreFactory.OpenAsync(
            database.Options, new StandingClock(), NullLoggerFactory.Instance, Cancellation).AsTask(), Cancellation)));
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }

        Convert.ToInt32(await database.QueryAsync("SELECT COUNT(*) FROM schema_versions"), CultureInfo.InvariantCulture)
            .ShouldBe(Migration.Of(StoreProvider.Postgres).Count);
    }

    [Fact]
    public async Task Stores_TwoOnOneDatabase_SeeEachOthersWritesAndLeases()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        var one = await database.OpenAsync();
        var two = await database.OpenAsync();

        await one.CommitAsync(Creating(ClusterResource()) with { Nudges = [(Cluster, Start)] }, Cancellation);
        (await two.FindAsync(Cluster, Cancellation)).ShouldNotBeNull();
        (await two.HoldLeaseAsync(Cluster, "two", Start, Duration.FromSeconds(30), Cancellation)).ShouldNotBeNull();
        (await one.HoldLeaseAsync(Cluster, "one", Start, Duration.FromSeconds(30), Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Open_NobodyListens_SaysWhereAndWhatToCheck()
    {
        var options = new StoreOptions { Provider = StoreProvider.Postgres, ConnectionString = "Host=127.0.0.1;Port=1;Database=imago;Username=imago;Password=hunter2" };

        var thrown = await Should.ThrowAsync<StoreUnavailableException>(async () =>
            await StoreFactory.OpenAsync(options, new StandingClock(), NullLoggerFactory.Instance, Cancellation));
        thrown.Message.ShouldContain("127.0.0.1/imago is not available: it does not answer.");
        thrown.ToString().ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task Open_DatabaseThatDoesNotExist_SaysSo()
    {
        await server.StartAsync();
        var options = new StoreOptions { Provider = StoreProvider.Postgres, ConnectionString = server.ConnectionString.Replace("=postgres", "=nowhere", StringComparison.Ordinal) };

        (await Should.ThrowAsync<StoreUnavailableException>(async () =>
            await StoreFactory.OpenAsync(options, new StandingClock(), NullLoggerFactory.Instance, Cancellation))).Message.ShouldContain("the database does not exist");
    }

    [Fact]
    public async Task Commit_ReadOnlyServer_SaysSo()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await database.CloseAsync(await database.OpenAsync());
        var options = database.Options with { ConnectionString = $"{database.Options.ConnectionString};Options=-c default_transaction_read_only=on" };

        (await Should.ThrowAsync<StoreUnavailableException>(async () =>
            await StoreFactory.OpenAsync(options, new StandingClock(), NullLoggerFactory.Instance, Cancellation))).Message.ShouldContain("it is read-only");
    }

    [Fact]
    public async Task Commit_ServerCrashes_IsUnavailableUntilItIsBackAndKeepsWhatWasAcknowledged()
    {
        await using var own = new PostgresServer();
        await using var database = await PostgresDatabase.CreateAsync(own);
        var store = await database.OpenAsync();
        await store.CommitAsync(Creating(ClusterResource()), Cancellation);

        await own.KillAsync();
        (await Should.ThrowAsync<StoreUnavailableException>(async () => await store.CommitAsync(Creating(Pool("np1")), Cancellation))).Message.ShouldContain("is not available");
        await Should.ThrowAsync<StoreUnavailableException>(async () => await store.FindAsync(Cluster, Cancellation));

        await own.StartAsync();
        (await store.FindAsync(Cluster, Cancellation)).ShouldNotBeNull();
        (await store.CommitAsync(Creating(Pool("np1")), Cancellation)).ShouldBe(CommitOutcome.Done);
    }

    [Fact]
    public async Task Dump_RestoredInAnotherDatabase_HoldsTheSame()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        var store = await database.OpenAsync();
        await store.CommitAsync(Creating(ClusterResource(), Pool("np1")) with { Operations = [new OperationWrite(Operation(1))] }, Cancellation);
        await Should.ThrowAsync<StoreRefusedException>(async () => await StoreBackup.WriteAsync(store, "unused", Cancellation));

        var restored = await server.CopyAsync(((PostgresDatabase)database).Schema);
        var options = new StoreOptions { Provider = StoreProvider.Postgres, ConnectionString = restored };
        await using var copy = await StoreFactory.OpenAsync(options, new StandingClock(), NullLoggerFactory.Instance, Cancellation);

        (await copy.ClusterAsync(Cluster, Cancellation)).ShouldBe(await store.ClusterAsync(Cluster, Cancellation));
        (await copy.FindOperationAsync(Operation(1).Id, Cancellation)).ShouldBe(Operation(1));

        // What identity columns give out next is part of the dump.
        (await copy.CommitAsync(Operating(Operation(2)), Cancellation)).Committed.ShouldBeTrue();
    }
}

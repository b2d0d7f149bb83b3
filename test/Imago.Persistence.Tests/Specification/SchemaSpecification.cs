using System.Data.Common;
using System.Globalization;
using Imago.Persistence.Model;
using Imago.Persistence.Schema;
using Imago.Persistence.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using static Imago.Persistence.Tests.Kit.Samples;

namespace Imago.Persistence.Tests.Specification;

/// <summary>The schema: made and brought up to date at start, never downgraded, equal to the model.</summary>
public abstract class SchemaSpecification(Func<ValueTask<TestDatabase>> create) : StoreSpecification(create)
{
    private readonly Func<ValueTask<TestDatabase>> create = create;

    private IReadOnlyList<Migration> Known => Migration.Of(Database.Options.Provider);

    [Fact]
    public void Migrations_ThatShip_AreNumberedDenselyFromOne() => Known.Select(m => m.Version).ShouldBe(Enumerable.Range(1, Known.Count));

    [Fact]
    public void Migrations_OfBothProviders_AreTheSameSteps() =>
        Migration.Of(StoreProvider.Sqlite).Select(m => (m.Version, m.Name)).ShouldBe(Migration.Of(StoreProvider.Postgres).Select(m => (m.Version, m.Name)));

    [Fact]
    public async Task Open_EmptyDatabase_IsBroughtToTheNewestVersion() =>
        Convert.ToInt32(await Database.QueryAsync("SELECT MAX(version) FROM schema_versions"), CultureInfo.InvariantCulture).ShouldBe(Known.Count);

    [Fact]
    public async Task Open_EachOlderVersion_IsBroughtToTheNewestOne()
    {
        for (var version = 0; version < Known.Count; version++)
        {
            await using var older = await create();
            await older.CloseAsync(await older.OpenAsync([.. Known.Take(version)]));
            var store = await older.OpenAsync();

            (await store.CommitAsync(Creating(ClusterResource()), Cancellation)).Committed.ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Open_StepThatIsNewHere_IsAppliedOnceAndKeepsWhatIsStored()
    {
        await CommittedAsync(Creating(ClusterResource()));
        await Database.CloseAsync(Store);
        Migration[] more = [.. Known, new(Known.Count + 1, "extra", "CREATE TABLE extra (x TEXT); INSERT INTO extra (x) VALUES ('once');")];
        await Database.CloseAsync(await Database.OpenAsync(more));
        var store = await Database.OpenAsync(more);

        Convert.ToInt32(await Database.QueryAsync("SELECT COUNT(*) FROM extra"), CultureInfo.InvariantCulture).ShouldBe(1);
        (await store.FindAsync(Cluster, Cancellation)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Open_NewerDatabase_IsRefusedWithBothVersions()
    {
        await Database.CloseAsync(Store);
        await Database.CloseAsync(await Database.OpenAsync([.. Known, new(Known.Count + 1, "extra", "CREATE TABLE extra (x TEXT);")]));

        var refused = await Should.ThrowAsync<StoreRefusedException>(async () => await Database.OpenAsync());
        refused.Message.ShouldContain($"has schema version {Known.Count + 1}; this program knows versions up to {Known.Count}. Start the program that wrote it");
    }

    [Fact]
    public async Task Open_StepThatFails_LeavesTheDatabaseAsItWas()
    {
        await CommittedAsync(Creating(ClusterResource()));
        await Database.CloseAsync(Store);
        Migration[] broken = [.. Known, new(Known.Count + 1, "extra", "CREATE TABLE extra (x TEXT);"), new(Known.Count + 2, "broken", "INSERT INTO nowhere VALUES (1);")];
        await Should.ThrowAsync<DbException>(async () => await Database.OpenAsync(broken));

        var store = await Database.OpenAsync();
        (await store.FindAsync(Cluster, Cancellation)).ShouldNotBeNull();
        await Should.ThrowAsync<DbException>(async () => await Database.QueryAsync("SELECT COUNT(*) FROM extra"));
    }

    [Fact]
    public async Task Model_EveryTable_HasTheColumnsOfTheDatabase()
    {
        await using var context = new StoreContext(new DbContextOptionsBuilder<StoreContext>().UseSqlite("Data Source=none").Options);
        var entities = context.Model.GetEntityTypes().ToList();
        entities.Count.ShouldBe(14);
        foreach (var entity in entities)
        {
            await using var connection = await Database.ConnectAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM {entity.GetTableName()}";
            await using var reader = await command.ExecuteReaderAsync(Cancellation);

            Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).Order(StringComparer.Ordinal)
                .ShouldBe(entity.GetProperties().Select(p => p.GetColumnName()).Order(StringComparer.Ordinal), entity.GetTableName());
        }
    }

    [Fact]
    public async Task Store_Place_NamesTheDatabaseWithoutSecrets()
    {
        Store.Place.ShouldNotBeEmpty();
        Store.Place.ShouldNotContain("Password");
        await Store.CheckAsync(Cancellation);
    }
}

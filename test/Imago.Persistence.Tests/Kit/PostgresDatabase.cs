using Npgsql;

namespace Imago.Persistence.Tests.Kit;

/// <summary>A schema of its own on the run's PostgreSQL server: made in milliseconds, where a database would take a second.</summary>
public sealed class PostgresDatabase : TestDatabase
{
    private static int last;

    private readonly PostgresServer server;
    
    private PostgresDatabase(PostgresServer server, string schema)
    {
        this.server = server;
        Schema = schema;
    }

    public string Schema { get; }

    public override StoreOptions Options => new()
    {
        Provider = StoreProvider.Postgres,
        ConnectionString = $"{server.ConnectionString};Search Path={Schema};Maximum Pool Size=20",
    };

    public static async ValueTask<TestDatabase> CreateAsync(PostgresServer server)
    {
        await server.StartAsync();
        var database = new PostgresDatabase(server, $"test{Interlocked.Increment(ref last)}");
        await database.ExecuteAsync($"CREATE SCHEMA {database.Schema}");
        return database;
    }

    protected override async ValueTask RemoveAsync() => await ExecuteAsync($"DROP SCHEMA {Schema} CASCADE");

    private async ValueTask ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"{server.ConnectionString};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

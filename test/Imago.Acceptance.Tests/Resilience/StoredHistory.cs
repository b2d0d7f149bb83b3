using System.Data.Common;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Imago.Acceptance.Tests.Resilience;

/// <summary>What a database holds whose servers have ended: nothing was done or told twice.</summary>
internal static class StoredHistory
{
    /// <summary>Looks into a SQLite file.</summary>
    public static async Task OfSqliteIsOfOneRunAsync(string file)
    {
        await using var database = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
        await IsOfOneRunAsync(database);
    }

    /// <summary>Looks into a PostgreSQL database.</summary>
    public static async Task OfPostgresIsOfOneRunAsync(string connection)
    {
        await using var database = new NpgsqlConnection(connection);
        await IsOfOneRunAsync(database);
    }

    private static async Task IsOfOneRunAsync(DbConnection database)
    {
        await database.OpenAsync();
        await EventsAreToldOnceAsync(database);
        await NodesAreReimagedOnceAsync(database);
        (await RowsAsync(database, "SELECT id, kind, status FROM operations WHERE ended_at IS NULL", r => $"{r.GetString(0)} {r.GetValue(1)} {r.GetValue(2)}")).ShouldBeEmpty();
    }

    // EV-12, EV-16: an event keeps its id, so one that leaves twice is one row, and one with a second id is one row too many.
    private static async Task EventsAreToldOnceAsync(DbConnection database)
    {
        var told = await RowsAsync(
            database, "SELECT kind, source, COUNT(*) FROM outbox GROUP BY kind, source", r => (Kind: r.GetString(0), Source: r.GetString(1), Count: r.GetInt64(2)));
        foreach (var kind in (string[])["Microsoft.ContainerService.NodePoolRollingStarted", "Microsoft.ContainerService.NodePoolRollingSucceeded"])
        {
            var ofKind = told.Where(t => t.Kind == kind).ToArray();
            ofKind.Length.ShouldBe(TwentyRollouts.Clusters, kind);
            ofKind.ShouldAllBe(t => t.Count == 1, kind);
        }

        told.ShouldNotContain(t => t.Kind == "Microsoft.ContainerService.NodePoolRollingFailed");
    }

    // A provider operation that is begun again after a crash has the id it had: what must not be is a second id for a node.
    private static async Task NodesAreReimagedOnceAsync(DbConnection database)
    {
        var plans = await RowsAsync(database, "SELECT cluster_key, plan FROM decisions", r => (Cluster: r.GetString(0), Plan: JsonDocument.Parse(r.GetString(1)).RootElement));
        var reimages = plans
            .SelectMany(p => p.Plan.GetProperty("actions").EnumerateArray(), (p, action) => (p.Cluster, Action: action))
            .Where(a => a.Action.GetProperty("do").GetString() == "ask" && a.Action.GetProperty("request").GetProperty("verb").GetString() == "Reimage")
            .Select(a => (a.Cluster, Node: a.Action.GetProperty("request").GetProperty("node").GetString(), Operation: a.Action.GetProperty("request").GetProperty("operationId").GetString()))
            .Distinct()
            .ToArray();
        reimages.Length.ShouldBe(TwentyRollouts.Nodes);
        reimages.Select(r => (r.Cluster, r.Node)).Distinct().Count().ShouldBe(TwentyRollouts.Nodes);
    }

    private static async Task<IReadOnlyList<T>> RowsAsync<T>(DbConnection database, string sql, Func<DbDataReader, T> read)
    {
        await using var command = database.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        List<T> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}

using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Imago.Acceptance.Tests.Resilience;

/// <summary>Events in a database whose servers have ended: an event that leaves twice would be here twice (EV-12, EV-16).</summary>
internal static class StoredEvents
{
    public static async Task EachToldOnceAsync(string connection, bool postgres)
    {
        await using DbConnection database = postgres ? new NpgsqlConnection(connection) : new SqliteConnection($"Data Source={connection};Mode=ReadOnly;Pooling=False");
        await database.OpenAsync();
        await using var command = database.CreateCommand();
        command.CommandText = "SELECT kind, source, COUNT(*) FROM outbox GROUP BY kind, source";
        await using var reader = await command.ExecuteReaderAsync();
        List<(string Kind, string Source, long Count)> told = [];
        while (await reader.ReadAsync())
        {
            told.Add((reader.GetString(0), reader.GetString(1), reader.GetInt64(2)));
        }

        foreach (var kind in (string[])["Microsoft.ContainerService.NodePoolRollingStarted", "Microsoft.ContainerService.NodePoolRollingSucceeded"])
        {
            var ofKind = told.Where(t => t.Kind == kind).ToArray();
            ofKind.Length.ShouldBe(TwentyRollouts.Clusters, kind);
            ofKind.ShouldAllBe(t => t.Count == 1, kind);
        }

        told.ShouldNotContain(t => t.Kind == "Microsoft.ContainerService.NodePoolRollingFailed");
    }
}

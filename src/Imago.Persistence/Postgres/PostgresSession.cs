using System.Data.Common;
using Imago.Persistence.Writing;
using Npgsql;

namespace Imago.Persistence.Postgres;

/// <summary>Statements on a PostgreSQL connection, in a transaction that is under way. Npgsql prepares those that come often.</summary>
internal sealed class PostgresSession(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation) : StoreSession(cancellation)
{
    /// <summary>All in one round trip: one that finds its condition broken costs those after it in vain, and that is rare.</summary>
    public override async ValueTask<string?> RunAsync(IReadOnlyList<Statement> statements)
    {
        if (statements.Count == 0)
        {
            return null;
        }

        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var statement in statements)
        {
            var command = new NpgsqlBatchCommand(ReferenceEquals(statement.Sql, FenceStatement) ? $"{FenceStatement} FOR SHARE" : statement.Sql);
            foreach (var value in statement.Values)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = Stored(value) });
            }

            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(Cancellation);
        return statements.Where((s, i) => s.Conflict is not null && batch.BatchCommands[i].Rows == 0).Select(s => s.Conflict).FirstOrDefault();
    }

    public override void Dispose()
    {
        // Nothing is kept.
    }

    protected override DbCommand Prepare(string sql, object?[] values)
    {
#pragma warning disable CA2100 // Statements are constants of this assembly; values are always parameters.
        var command = new NpgsqlCommand(sql, connection, transaction);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = Stored(value) });
        }

        return command;
    }

    protected override void Release(DbCommand command) => command.Dispose();
}

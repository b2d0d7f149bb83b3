using System.Data.Common;
using Imago.Persistence.Writing;
using Microsoft.Data.Sqlite;

namespace Imago.Persistence.Sqlite;

/// <summary>Statements on a SQLite connection: prepared once and kept, for they are few and always the same.</summary>
internal sealed class SqliteSession(SqliteConnection connection, CancellationToken cancellation) : StoreSession(cancellation)
{
    private readonly Dictionary<string, SqliteCommand> kept = [];

    public override async ValueTask<string?> RunAsync(IReadOnlyList<Statement> statements)
    {
        foreach (var statement in statements)
        {
            var rows = ReferenceEquals(statement.Sql, FenceStatement)
                ? await NumberAsync(statement.Sql, statement.Values) is null ? 0 : 1
                : await ExecuteAsync(statement.Sql, statement.Values);
            if (rows == 0 && statement.Conflict is { } conflict)
            {
                return conflict;
            }
        }

        return null;
    }

    public override void Dispose()
    {
        foreach (var command in kept.Values)
        {
            command.Dispose();
        }

        kept.Clear();
    }

    protected override DbCommand Prepare(string sql, object?[] values)
    {
        if (!kept.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // Statements are constants of this assembly; values are always parameters.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i + 1}" });
            }

            kept.Add(sql, command);
        }

        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = Stored(values[i]);
        }

        return command;
    }

    protected override void Release(DbCommand command)
    {
        // Kept for the next time.
    }
}

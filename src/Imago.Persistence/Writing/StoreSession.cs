using System.Data.Common;
using System.Globalization;
using NodaTime;

namespace Imago.Persistence.Writing;

/// <summary>
/// One connection inside a transaction, for statements that both databases understand alike: parameters are <c>$1</c>, <c>$2</c> … in order.
/// Writes do not go through EF's change tracker: most are conditional (compare and set, insert unless there), which it can only express as an exception.
/// </summary>
internal sealed class StoreSession(DbConnection connection, bool rowsCanBeLocked, bool keepsStatements, CancellationToken cancellation) : IDisposable
{
    private readonly Dictionary<string, DbCommand> kept = [];

    /// <summary>The transaction of a provider that wants it on every command.</summary>
    public DbTransaction? Transaction { get; set; }

    /// <summary>Ends a SELECT whose row must not change until the commit. SQLite has one writer anyway.</summary>
    public string LockingForShare => rowsCanBeLocked ? " FOR SHARE" : "";

    /// <summary>Answers how many rows were written.</summary>
    public async ValueTask<int> ExecuteAsync(string sql, params object?[] values)
    {
        var command = Prepare(sql, values);
        try
        {
            return await command.ExecuteNonQueryAsync(cancellation);
        }
        finally
        {
            Release(command);
        }
    }

    /// <summary>The first column of the first row; null if there is none or it holds nothing.</summary>
    public async ValueTask<long?> NumberAsync(string sql, params object?[] values)
    {
        var command = Prepare(sql, values);
        try
        {
            return await command.ExecuteScalarAsync(cancellation) switch
            {
                null or DBNull => null,
                var found => Convert.ToInt64(found, CultureInfo.InvariantCulture),
            };
        }
        finally
        {
            Release(command);
        }
    }

    public void Dispose()
    {
        foreach (var command in kept.Values)
        {
            command.Dispose();
        }

        kept.Clear();
    }

    private DbCommand Prepare(string sql, object?[] values)
    {
        if (!kept.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // Statements are constants of this assembly; values are always parameters.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 0; i < values.Length; i++)
            {
                var parameter = command.CreateParameter();

                // Npgsql takes parameters without names as $1, $2 …; for SQLite that is how the parameter is called.
                parameter.ParameterName = keepsStatements ? $"${i + 1}" : "";
                command.Parameters.Add(parameter);
            }

            if (keepsStatements)
            {
                kept.Add(sql, command);
            }
        }

        command.Transaction = Transaction;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = Stored(values[i]);
        }

        return command;
    }

    private void Release(DbCommand command)
    {
        if (!keepsStatements)
        {
            command.Dispose();
        }
    }

    private static object Stored(object? value) => value switch
    {
        null => DBNull.Value,
        Instant instant => instant.ToUnixTimeTicks(),
        Enum name => name.ToString(),
        ReadOnlyMemory<byte> bytes => bytes.ToArray(),
        _ => value,
    };
}

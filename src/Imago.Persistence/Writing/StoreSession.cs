using System.Data.Common;
using System.Globalization;
using NodaTime;

namespace Imago.Persistence.Writing;

/// <summary>
/// One connection inside a transaction, for statements that both databases understand alike: parameters are <c>$1</c>, <c>$2</c> … in order.
/// Writes do not go through EF's change tracker: most are conditional (compare and set, insert unless there), which it can only express as an exception.
/// </summary>
internal abstract class StoreSession(CancellationToken cancellation) : IDisposable
{
    /// <summary>Finds the lease of a cluster if it has an epoch. Where there are several writers its row is locked: nobody takes the lease over before the commit.</summary>
    public const string FenceStatement = "SELECT epoch FROM leases WHERE cluster_key = $1 AND epoch = $2";

    protected CancellationToken Cancellation => cancellation;

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

    /// <summary>Runs statements in order. Answers what stood in the way, upon which the transaction has to be undone; null: all is written.</summary>
    public abstract ValueTask<string?> RunAsync(IReadOnlyList<Statement> statements);

    public abstract void Dispose();

    protected abstract DbCommand Prepare(string sql, object?[] values);

    protected abstract void Release(DbCommand command);

    protected static object Stored(object? value) => value switch
    {
        null => DBNull.Value,
        Instant instant => instant.ToUnixTimeTicks(),
        Enum name => name.ToString(),
        ReadOnlyMemory<byte> bytes => bytes.ToArray(),
        _ => value,
    };
}

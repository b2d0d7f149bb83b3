using System.Net.Sockets;
using Imago.Application.Storage;
using Npgsql;

namespace Imago.Persistence.Postgres;

/// <summary>Which errors of PostgreSQL mean that it cannot be used now, what to do about each, and which are worth another try.</summary>
internal static class PostgresFaults
{
    /// <summary>Two transactions stood in each other's way and one was undone whole: it may be run again.</summary>
    public static bool MayBeRunAgain(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected };

    public static StoreUnavailableException? Unavailable(Exception exception, string place)
    {
        var advice = Cause(exception) switch
        {
            // EF wraps what it takes for transient.
            PostgresException error => Advice(error.SqlState),
            NpgsqlException or SocketException or TimeoutException => "it does not answer. Check that the server runs and that this machine reaches it.",
            _ => null,
        };
        return advice is null
            ? null
            : new StoreUnavailableException($"The store {place} is not available: {advice} ({Cause(exception)!.Message.TrimEnd('.')})", exception);
    }

    private static Exception? Cause(Exception exception) =>
        exception is InvalidOperationException { InnerException: NpgsqlException or TimeoutException } wrapped ? wrapped.InnerException : exception;

    private static string? Advice(string state) => state switch
    {
        PostgresErrorCodes.DiskFull => "its disk is full. Make room; nothing of what was acknowledged is lost.",
        PostgresErrorCodes.TooManyConnections => "it has no connection left. Raise max_connections, or set a lower 'Maximum Pool Size' in the connection string.",
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => "it does not accept this user and password. Check 'Username' and 'Password'.",
        PostgresErrorCodes.InvalidCatalogName => "the database does not exist. Make it (CREATE DATABASE …), or correct 'Database'.",
        PostgresErrorCodes.ReadOnlySqlTransaction => "it is read-only. Connect to the primary server, not to a standby.",
        PostgresErrorCodes.InsufficientPrivilege => "this user may not write there. Make the user the owner of the database or of its schema.",
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => "too many transactions stand in each other's way. Try again.",
        PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled => "it took too long. Try again; look for long transactions in pg_stat_activity.",

        // Connection exceptions, lack of resources, shutdowns and crashes, errors of the system below.
        _ when state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("53", StringComparison.Ordinal)
            || state.StartsWith("57P", StringComparison.Ordinal) || state.StartsWith("58", StringComparison.Ordinal) => "it is going down, starting, or out of resources. Look at its log.",
        _ => null,
    };
}

using Npgsql;

namespace Imago.Persistence;

/// <summary>The databases that a store can lie in.</summary>
public enum StoreProvider
{
    /// <summary>A file on this machine, for one server process. The default.</summary>
    Sqlite,

    /// <summary>A PostgreSQL server, for one or several server processes.</summary>
    Postgres,
}

/// <summary>Where the store is.</summary>
public sealed record StoreOptions
{
    public StoreProvider Provider { get; init; } = StoreProvider.Sqlite;

    /// <summary>For <see cref="StoreProvider.Sqlite"/>: path of the file; made when it does not exist, its folder, too.</summary>
    public string? DataFile { get; init; }

    /// <summary>For <see cref="StoreProvider.Postgres"/>: <c>Host=…;Database=…;Username=…;Password=…</c>. The database must exist, its tables need not.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Everything that is wrong with these options, each with the option's name; empty when they can be used. Never repeats a connection string: it holds a password.</summary>
    public IEnumerable<string> Problems()
    {
        switch (Provider)
        {
            case StoreProvider.Sqlite:
                if (string.IsNullOrWhiteSpace(DataFile))
                {
                    yield return "DataFile: nothing is given. Give the path of the SQLite file, or choose Provider 'Postgres' with a ConnectionString.";
                }
                else if (Directory.Exists(DataFile))
                {
                    yield return $"DataFile: '{DataFile}' is a folder. Give the path of a file in it, for example '{Path.Join(DataFile, "imago.db")}'.";
                }

                if (ConnectionString is not null)
                {
                    yield return "ConnectionString: is given for Provider 'Sqlite', which takes DataFile. Remove it, or choose Provider 'Postgres'.";
                }

                break;
            case StoreProvider.Postgres:
                if (string.IsNullOrWhiteSpace(ConnectionString))
                {
                    yield return "ConnectionString: nothing is given. Give 'Host=…;Database=…;Username=…;Password=…'.";
                }
                else if (Flaw(ConnectionString) is { } flaw)
                {
                    yield return $"ConnectionString: {flaw}";
                }

                if (DataFile is not null)
                {
                    yield return "DataFile: is given for Provider 'Postgres', which takes ConnectionString. Remove it, or choose Provider 'Sqlite'.";
                }

                break;
            default:
                yield return $"Provider: '{Provider}' is not one. Choose 'Sqlite' or 'Postgres'.";
                break;
        }
    }

    /// <summary>Without the connection string, which holds a password and would otherwise be printed with all other members.</summary>
    public override string ToString() => Provider == StoreProvider.Sqlite ? $"{Provider} {DataFile}" : $"{Provider}";

    private static string? Flaw(string connectionString)
    {
        try
        {
            var parsed = new NpgsqlConnectionStringBuilder(connectionString);
            if (string.IsNullOrEmpty(parsed.Host))
            {
                return "'Host' is missing. Give 'Host=…;Database=…;Username=…;Password=…'.";
            }

            return string.IsNullOrEmpty(parsed.Database) ? "'Database' is missing. Give the name of an existing database." : null;
        }
        catch (ArgumentException)
        {
            // The exception's own text may quote a part of the string.
            return "is not a list of 'Key=Value' pairs with keys that Npgsql knows. Give 'Host=…;Database=…;Username=…;Password=…'.";
        }
    }
}

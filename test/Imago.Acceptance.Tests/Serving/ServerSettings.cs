namespace Imago.Acceptance.Tests.Serving;

/// <summary>How a server is started.</summary>
internal sealed record ServerSettings
{
    /// <summary>A PostgreSQL connection string; null: SQLite in the data folder.</summary>
    public string? Database { get; init; }

    /// <summary>By what the durations of simulated work are divided. Nodes that take minutes must not.</summary>
    public int TimeScale { get; init; } = 600;

    /// <summary>Settings beyond these, by the name of their variable without its prefix.</summary>
    public IReadOnlyDictionary<string, string> More { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What stands in the settings file; null: there is none.</summary>
    public string? File { get; init; }

    /// <summary>The key that signing keys in the database are encrypted with; null: one of the server's own.</summary>
    public string? DataKeyFile { get; init; }
}

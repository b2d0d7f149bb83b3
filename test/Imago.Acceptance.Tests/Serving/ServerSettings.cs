namespace Imago.Acceptance.Tests.Serving;

/// <summary>How a server is started.</summary>
internal sealed record ServerSettings
{
    /// <summary>A PostgreSQL connection string; null: SQLite in the data folder.</summary>
    public string? Database { get; init; }

    /// <summary>By what the durations of simulated work are divided. Nodes that take minutes must not.</summary>
    public int TimeScale { get; init; } = 600;

    /// <summary>The data folder; null: a new one that is deleted with the server.</summary>
    public string? DataFolder { get; init; }
}

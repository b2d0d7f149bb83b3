namespace Imago.Cli.Apply;

/// <summary>What is to be done with a resource.</summary>
internal enum Change
{
    Unchanged,
    Create,
    Update,
}

/// <summary>How it ended.</summary>
internal enum Outcome
{
    /// <summary>Nothing was done: a dry run, or nothing to do.</summary>
    None,
    Applied,
    Failed,

    /// <summary>What it lies in failed.</summary>
    Skipped,
}

/// <summary>A resource with what it takes to get there.</summary>
internal sealed record PlannedChange(DesiredResource Resource, Change Change, IReadOnlyList<Difference> Differences)
{
    public Outcome Outcome { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }
}

namespace Imago.Kubernetes.Objects;

/// <summary>How the API says that something failed, or was done.</summary>
public sealed record Status
{
    public StatusMeta? Metadata { get; init; }

    /// <summary><c>Success</c> or <c>Failure</c>.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("status")]
    public string? Outcome { get; init; }

    public string? Message { get; init; }

    /// <summary><c>NotFound</c>, <c>AlreadyExists</c>, <c>Conflict</c>, <c>Invalid</c>, <c>Expired</c>, <c>TooManyRequests</c> …</summary>
    public string? Reason { get; init; }

    public int? Code { get; init; }

    public StatusDetails? Details { get; init; }

    /// <summary>The message with its causes, for people.</summary>
    public override string ToString()
    {
        var causes = Details?.Causes is { Count: > 0 } given ? string.Join("; ", given.Select(c => c.Field is { Length: > 0 } ? $"{c.Field}: {c.Message}" : c.Message)) : "";
        var message = Message ?? Reason ?? "no reason given";

        // An Invalid status repeats its causes in the message.
        return causes.Length == 0 || message.Contains(causes, StringComparison.Ordinal) ? message : $"{message} {causes}";
    }
}

/// <summary>What a status may carry beside the message.</summary>
public sealed record StatusMeta
{
    /// <summary>In an expired list: goes on, but at a newer version.</summary>
    public string? Continue { get; init; }
}

/// <summary>What a status is about.</summary>
public sealed record StatusDetails
{
    public string? Name { get; init; }

    public string? Group { get; init; }

    public string? Kind { get; init; }

    public string? Uid { get; init; }

    public IReadOnlyList<StatusCause>? Causes { get; init; }

    public int? RetryAfterSeconds { get; init; }
}

/// <summary>One cause.</summary>
public sealed record StatusCause
{
    /// <summary><c>FieldValueInvalid</c>, <c>DisruptionBudget</c> …</summary>
    public string? Reason { get; init; }

    public string? Message { get; init; }

    public string? Field { get; init; }
}

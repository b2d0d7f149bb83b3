namespace Imago.Kubernetes.Watching;

/// <summary>What an informer watches, and how it waits when something is wrong.</summary>
public sealed record InformerOptions
{
    /// <summary>Only this namespace; null: all.</summary>
    public string? Namespace { get; init; }

    /// <summary>As <c>kubectl -l</c> takes it; null: all.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Field selector; null: all.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Objects in a page of a list.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>The first wait after a failure. It doubles with each one, and up to as much again is added, so that not all come back at once.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>The longest wait, before what is added.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After how long without a failure the waits begin anew.</summary>
    public TimeSpan WellAfter { get; init; } = TimeSpan.FromMinutes(2);
}

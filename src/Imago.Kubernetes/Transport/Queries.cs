namespace Imago.Kubernetes.Transport;

/// <summary>What to list.</summary>
public sealed record ListQuery
{
    /// <summary>Everything, in pages of the default size.</summary>
    public static ListQuery All { get; } = new();

    /// <summary>Only this namespace; null: all, or a kind without namespaces.</summary>
    public string? Namespace { get; init; }

    /// <summary>As <c>kubectl -l</c> takes it; null: all.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>For example <c>spec.nodeName=n1</c>; null: all.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Objects in a page; null: all in one answer.</summary>
    public int? Limit { get; init; } = 500;

    /// <summary>The page to go on with; null: the first.</summary>
    public string? Continue { get; init; }

    /// <summary>At least as new as this; null: the newest there is.</summary>
    public string? ResourceVersion { get; init; }
}

/// <summary>What to watch.</summary>
public sealed record WatchQuery
{
    /// <summary>Changes after this version.</summary>
    public required string ResourceVersion { get; init; }

    /// <summary>Only this namespace; null: all.</summary>
    public string? Namespace { get; init; }

    /// <summary>As <c>kubectl -l</c> takes it; null: all.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Field selector; null: all.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>When the server shall end it; null: after five to ten minutes.</summary>
    public TimeSpan? Length { get; init; }
}

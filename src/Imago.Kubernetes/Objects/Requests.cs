namespace Imago.Kubernetes.Objects;

/// <summary>Asks for a pod to be evicted.</summary>
public sealed record Eviction : KubernetesObject
{
    public DeleteOptions? DeleteOptions { get; init; }
}

/// <summary>How to delete.</summary>
public sealed record DeleteOptions
{
    public string? Kind { get; init; }

    public string? ApiVersion { get; init; }

    public long? GracePeriodSeconds { get; init; }

    public Preconditions? Preconditions { get; init; }

    /// <summary><c>Background</c>, <c>Foreground</c> or <c>Orphan</c>.</summary>
    public string? PropagationPolicy { get; init; }

    public IReadOnlyList<string>? DryRun { get; init; }
}

/// <summary>Only if the object is still this one.</summary>
public sealed record Preconditions
{
    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }
}

/// <summary>Asks whether the caller may do something.</summary>
public sealed record SelfSubjectAccessReview : KubernetesObject
{
    public AccessReviewSpec Spec { get; init => field = value ?? new(); } = new();

    public AccessReviewStatus? Status { get; init; }
}

/// <summary>The question.</summary>
public sealed record AccessReviewSpec
{
    public ResourceAttributes? ResourceAttributes { get; init; }
}

/// <summary>What would be done.</summary>
public sealed record ResourceAttributes
{
    /// <summary>Null: in all namespaces, or of a kind without one.</summary>
    public string? Namespace { get; init; }

    public string? Verb { get; init; }

    public string? Group { get; init; }

    public string? Resource { get; init; }

    public string? Subresource { get; init; }

    public string? Name { get; init; }
}

/// <summary>The answer.</summary>
public sealed record AccessReviewStatus
{
    public bool Allowed { get; init; }

    public bool? Denied { get; init; }

    public string? Reason { get; init; }

    public string? EvaluationError { get; init; }
}

/// <summary>Version of an API server.</summary>
public sealed record VersionInfo
{
    public string Major { get; init; } = "";

    public string Minor { get; init; } = "";

    /// <summary>For example <c>v1.36.2</c>.</summary>
    public string GitVersion { get; init; } = "";

    public string? Platform { get; init; }
}

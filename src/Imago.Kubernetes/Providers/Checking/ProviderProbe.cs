namespace Imago.Kubernetes.Providers.Checking;

/// <summary>What a provider is asked about when it is tried out. Nothing of it is carried out.</summary>
public sealed record ProviderProbe
{
    /// <summary>The cluster that requests name. The default is nobody's, so that its epochs are nobody's either.</summary>
    public string Cluster { get; init; } = "imago-provider-check";

    /// <summary>The pool that is named; null: dry runs that need one are left out.</summary>
    public string? Pool { get; init; }

    /// <summary>The node that is named.</summary>
    public string? Node { get; init; }

    /// <summary>The image that is named.</summary>
    public string? Image { get; init; }
}

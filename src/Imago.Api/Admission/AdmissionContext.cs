using Imago.Domain.Channels;
using Imago.Domain.Images;
using NodaTime;

namespace Imago.Api.Admission;

/// <summary>What a write is judged by, beside the request and what is stored.</summary>
public sealed record AdmissionContext
{
    /// <summary>Now, read once per request.</summary>
    public required Instant Now { get; init; }

    /// <summary>Whether a preview feature of <c>Microsoft.ContainerService</c> is registered, by its name (CH-70, CH-71).</summary>
    public required Func<string, bool> FeatureRegistered { get; init; }

    /// <summary>The releases; a new pool gets the latest image of its family.</summary>
    public ReleaseCatalog Catalog { get; init; } = ReleaseCatalog.Empty;

    /// <summary>The release rings (IM-35).</summary>
    public ReleaseRings Rings { get; init; } = ReleaseRings.Default;

    /// <summary>Which Kubernetes versions are offered and supported.</summary>
    public KubernetesCalendar Calendar { get; init; } = KubernetesCalendar.Default;
}

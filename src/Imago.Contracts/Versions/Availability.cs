namespace Imago.Contracts.Versions;

/// <summary>From which api-versions on something exists.</summary>
/// <param name="Stable">First stable version; null: none yet.</param>
/// <param name="Preview">First preview, when that is earlier than the stable version; null: previews follow the stable version.</param>
/// <remarks>Rules: EV-86.</remarks>
public readonly record struct Availability(ApiVersion? Stable, ApiVersion? Preview)
{
    /// <summary>In every version that is served.</summary>
    public static Availability Always { get; } = new(new ApiVersion(DateOnly.MinValue, IsPreview: false), null);

    /// <summary>In no version: Imago's own notes beside a document.</summary>
    public static Availability Never { get; } = new(null, null);

    /// <summary>From a stable version on, and in previews from the given one on.</summary>
    public static Availability From(string stable, string? preview = null) => new(ApiVersion.Of(stable), preview is null ? null : ApiVersion.Of(preview));

    /// <summary>In previews only.</summary>
    public static Availability PreviewsFrom(string preview) => new(null, ApiVersion.Of(preview));

    /// <summary>Whether it exists in a version.</summary>
    public bool In(ApiVersion version) => (Stable is { } stable && version >= stable) || (version.IsPreview && Preview is { } preview && version >= preview);

    /// <summary>The versions, for people: <c>2025-07-01 (preview: 2024-07-02-preview)</c>.</summary>
    public override string ToString() => (Stable, Preview) switch
    {
        ({ } stable, { } preview) => $"{stable} (preview: {preview})",
        ({ } stable, null) => stable.ToString(),
        (null, { } preview) => preview.ToString(),
        _ => "none",
    };
}

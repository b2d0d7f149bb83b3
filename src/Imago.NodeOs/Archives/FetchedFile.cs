namespace Imago.NodeOs.Archives;

/// <summary>A file as it was fetched.</summary>
/// <param name="Content">The content; null: it has not changed.</param>
/// <param name="Tag">Its entity tag; null: none was given.</param>
/// <param name="ModifiedAt">When it was last changed; null: not known.</param>
internal sealed record FetchedFile(byte[]? Content, string? Tag, DateTimeOffset? ModifiedAt);

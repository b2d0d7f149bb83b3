using System.Globalization;
using Imago.Application.Storage;

namespace Imago.Api.Documents;

/// <summary>The tags by which clients notice that a resource was changed.</summary>
/// <remarks>EV-84. Only writes of the document count, so that progress of the engine never makes an <c>If-Match</c> fail.</remarks>
public static class ETags
{
    /// <summary>The tag without quotes. A resource that was deleted and made again begins anew, so the instant it was made belongs to it.</summary>
    public static string Of(StoredResource resource) =>
        string.Create(CultureInfo.InvariantCulture, $"{resource.CreatedAt.ToUnixTimeMilliseconds():x}-{resource.Version:x}");

    /// <summary>Whether one of the tags of an <c>If-Match</c> or <c>If-None-Match</c> header is the resource's; <c>*</c> is everybody's.</summary>
    public static bool Matches(string header, StoredResource resource) =>
        header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(t => t.StartsWith("W/", StringComparison.Ordinal) ? t[2..] : t)
            .Any(t => t is "*" || string.Equals(t.Trim('"'), Of(resource), StringComparison.Ordinal));
}

using Imago.Application.Storage;

namespace Imago.Api.Documents;

/// <summary>Questions about stored resources.</summary>
internal static class StoredResourceFacts
{
    public static bool IsOf(this StoredResource resource, string type) => string.Equals(resource.Type, type, StringComparison.OrdinalIgnoreCase);
}

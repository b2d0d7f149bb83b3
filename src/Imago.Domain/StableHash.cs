namespace Imago.Domain;

/// <summary>
/// A hash of a text that is the same in every process, on every machine and in every version, unlike <see cref="string.GetHashCode()"/>: for spreading things evenly and for names
/// that have to be found again. 32-bit FNV-1a over UTF-16; not for secrets.
/// </summary>
public static class StableHash
{
    /// <summary>The hash of a text; its case counts.</summary>
    public static uint Of(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 16777619u;
        }

        return hash;
    }
}

using System.Text;

namespace Imago.Kubernetes.Objects;

/// <summary>
/// Gives the same string for the same text. 150,000 pods say the same few thousand words: namespaces, node names, label keys, phases. The pool forgets when two texts want
/// one place, so that it never grows; a text that is forgotten costs a copy, nothing else. Threads may share it: a place holds a whole string or none.
/// </summary>
internal static class TextPool
{
    private const int Places = 1 << 15;

    /// <summary>Longer texts are rarely repeated.</summary>
    internal const int Longest = 128;

    private static readonly string?[] Pool = new string?[Places];

    public static string Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Longest)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        Span<char> characters = stackalloc char[Longest];
        return Of(characters[..Encoding.UTF8.GetChars(utf8, characters)]);
    }

    public static string Of(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return "";
        }

        ref var place = ref Pool[string.GetHashCode(text, StringComparison.Ordinal) & (Places - 1)];
        var pooled = Volatile.Read(ref place);
        if (pooled is not null && text.SequenceEqual(pooled))
        {
            return pooled;
        }

        var made = text.ToString();
        Volatile.Write(ref place, made);
        return made;
    }
}

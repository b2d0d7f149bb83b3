using System.Diagnostics.CodeAnalysis;

namespace Imago.Simulation.Dumps;

/// <summary>Text from a file that somebody else wrote, made fit for a terminal: no control characters, no endless lines.</summary>
internal static class PlainText
{
    public static string Of(string text, int most)
    {
        var cut = text.Length > most ? string.Concat(text.AsSpan(0, most), "…") : text;
        return cut.AsSpan().ContainsAnyInRange('\u0000', '\u001F') || cut.AsSpan().ContainsAnyInRange('\u007F', '\u009F')
            ? string.Concat(cut.Select(c => char.IsControl(c) ? '?' : c))
            : cut;
    }

    /// <summary>Whether it can be the name of a Kubernetes object: at most 253 characters, without space or control characters.</summary>
    public static bool IsName([NotNullWhen(true)] string? text) => text is { Length: > 0 and <= 253 } && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
}

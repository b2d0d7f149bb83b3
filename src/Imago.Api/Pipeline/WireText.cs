using System.Buffers.Text;
using System.Text;
using NodaTime;
using NodaTime.Text;

namespace Imago.Api.Pipeline;

/// <summary>Plain values as they are written in answers and links.</summary>
internal static class WireText
{
    // AZ-61: a fraction only where there is one.
    private static readonly InstantPattern Time = InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss.FFFFFFF'Z'");

    public static string Of(Instant instant) => Time.Format(instant);

    public static string? Of(Instant? instant) => instant is { } at ? Of(at) : null;

    /// <summary>Text that can stand in a link, whatever is in it.</summary>
    public static string Token(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    /// <summary>The text of a token; null if it is none of ours.</summary>
    public static string? FromToken(string token)
    {
        if (!Base64Url.IsValid(token))
        {
            return null;
        }

        try
        {
            var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(token));
            return text.Any(char.IsControl) ? null : text;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}

using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace Imago.NodeOs.Apt;

/// <summary>What a <c>Release</c> file says of a suite. apt has checked its signature before it lies among the indexes.</summary>
/// <param name="Origin"><c>Origin</c>, for example <c>Debian</c>.</param>
/// <param name="Label"><c>Label</c>, for example <c>Debian-Security</c>.</param>
/// <param name="Codename"><c>Codename</c>, for example <c>bookworm-security</c>; on Ubuntu that of the release, whatever the pocket.</param>
/// <param name="Suite"><c>Suite</c>: on Debian a name that moves, on Ubuntu the one that does not.</param>
/// <param name="Date"><c>Date</c>; null if it cannot be read.</param>
/// <param name="Sha256">SHA-256 of the file, lower-case hexadecimal.</param>
internal sealed record ReleaseFile(string Origin, string Label, string Codename, string Suite, Instant? Date, string Sha256)
{
    public static ReleaseFile Parse(byte[] bytes)
    {
        // An InRelease file is the same text between lines of its signature.
        var fields = Stanza.Of(new StringReader(Encoding.UTF8.GetString(bytes)), "Origin", "Label", "Codename", "Suite", "Date")
            .FirstOrDefault(s => s.Field("Date").Length > 0 || s.Field("Codename").Length > 0);
        string Of(string name) => fields?.Field(name) ?? "";
        return new ReleaseFile(Of("Origin"), Of("Label"), Of("Codename"), Of("Suite"), ReleaseDate.Read(Of("Date")), Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    /// <summary>NM-41: whether it is the suite that was asked for, by codename (Debian) or by the suite's own fixed name (Ubuntu).</summary>
    public bool Is(string suite) => string.Equals(Codename, suite, StringComparison.Ordinal) || string.Equals(Suite, suite, StringComparison.Ordinal);
}

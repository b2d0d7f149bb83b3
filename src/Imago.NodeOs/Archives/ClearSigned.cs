using System.Text;
using Imago.Application.Catalog.Archives;

namespace Imago.NodeOs.Archives;

/// <summary>A text in OpenPGP's cleartext signature framework (RFC 9580, section 7): what was signed, and its signatures.</summary>
/// <param name="Text">What was signed, without the escapes, with <c>\n</c> at line ends.</param>
/// <param name="Canonical">The bytes that the signatures are over.</param>
/// <param name="Signature">The armoured signatures.</param>
/// <remarks>Only what lies between the two marks is ever read: a text before or after them is signed by nobody, so a file with one is refused.</remarks>
internal sealed record ClearSigned(string Text, byte[] Canonical, byte[] Signature)
{
    private const string Begin = "-----BEGIN PGP SIGNED MESSAGE-----";
    private const string Middle = "-----BEGIN PGP SIGNATURE-----";
    private const string End = "-----END PGP SIGNATURE-----";

    /// <summary>Takes such a text apart.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="what">What it is called in messages.</param>
    /// <exception cref="ArchiveException">It is not one, or not only one.</exception>
    public static ClearSigned Parse(byte[] bytes, string what)
    {
        string file;
        try
        {
            file = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new ArchiveException(ArchiveProblem.SignatureInvalid, $"{what} is not text, so it is no signed list of an archive.");
        }

        var lines = file.ReplaceLineEndings("\n").Split('\n');
        var head = Array.FindIndex(lines, 1, l => l.Length == 0);
        var middle = Array.IndexOf(lines, Middle);
        var end = Array.IndexOf(lines, End);
        if (lines[0] != Begin || head < 0 || middle < head || end < middle || lines.Skip(1).Take(head - 1).Any(l => !l.StartsWith("Hash: ", StringComparison.Ordinal)))
        {
            throw new ArchiveException(ArchiveProblem.SignatureInvalid, $"{what} carries no signature of its own: it has to begin with '{Begin}' and end with a signature.");
        }

        if (lines.Skip(end + 1).Any(l => l.Trim().Length > 0))
        {
            throw new ArchiveException(ArchiveProblem.SignatureInvalid, $"{what} goes on after its signature: that part is signed by nobody.");
        }

        var text = lines[(head + 1)..middle].Select(l => l.StartsWith("- ", StringComparison.Ordinal) ? l[2..] : l).ToArray();
        if (text.Any(l => l.StartsWith("-----", StringComparison.Ordinal)))
        {
            throw new ArchiveException(ArchiveProblem.SignatureInvalid, $"{what} holds another message inside the signed one.");
        }

        // Trailing blanks are not signed, and so not read either.
        text = [.. text.Select(l => l.TrimEnd(' ', '\t'))];
        return new ClearSigned(string.Join('\n', text) + "\n", Encoding.UTF8.GetBytes(string.Join("\r\n", text)), Encoding.ASCII.GetBytes(string.Join('\n', lines[middle..(end + 1)]) + "\n"));
    }
}

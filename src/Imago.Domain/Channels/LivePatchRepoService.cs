using System.Net;
using System.Net.Sockets;

namespace Imago.Domain.Channels;

/// <summary>The address of a package repository for nodes without internet.</summary>
public static class LivePatchRepoService
{
    /// <summary>The address if it is one that counts; null for anything else, which is ignored.</summary>
    /// <remarks>CH-36: RFC 1918 IPv4 addresses only.</remarks>
    public static IPAddress? Accept(string? text)
    {
        if (text is null || text.Count(c => c == '.') != 3 || !IPAddress.TryParse(text, out var address) || address.AddressFamily != AddressFamily.InterNetwork)
        {
            return null;
        }

        // IPAddress reads 010.0.0.1 as octal; what does not print as it was written is not accepted.
        if (!string.Equals(address.ToString(), text, StringComparison.Ordinal))
        {
            return null;
        }

        var b = address.GetAddressBytes();
        return b[0] == 10 || (b[0] == 172 && b[1] is >= 16 and <= 31) || (b[0] == 192 && b[1] == 168) ? address : null;
    }
}

using System.Net;
using System.Net.Sockets;

namespace Imago.Cli.Serving;

/// <summary>Looks whether an address is taken before the server listens there: what the host logs of one that is are pages of stack traces.</summary>
internal static class ListenProbe
{
    public static bool IsTaken(Uri address)
    {
        var host = address.IsLoopback && address.HostNameType == UriHostNameType.Dns ? IPAddress.Loopback : IPAddress.TryParse(address.DnsSafeHost, out var parsed) ? parsed : null;
        if (host is null || address.Port == 0)
        {
            return false;
        }

        try
        {
            using var probe = new TcpListener(host, address.Port);
            probe.Start();
            return false;
        }
        catch (SocketException refused)
        {
            // What else is wrong with it, the server says when it starts.
            return refused.SocketErrorCode == SocketError.AddressAlreadyInUse;
        }
    }
}

using System.Net;
using System.Net.Sockets;

namespace Imago.Acceptance.Tests.Serving;

/// <summary>A port of loopback that nobody listens on. Clients are told an address once, so a server that is started again must come back on the same one.</summary>
internal static class FreePort
{
    public static int Take()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

namespace Imago.Server.Hosting;

/// <summary>Where the server is for its clients. With a port that the system chooses, this is known once it listens.</summary>
public sealed class ServerAddress(Uri? publicAddress, Uri listen)
{
    private volatile Uri _local = OfClients(listen);

    /// <summary>The address for clients, without a slash at the end: the public one if there is one, else that of the first listener.</summary>
    public string Text => (publicAddress ?? _local).GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <summary>The issuer's name (AZ-36): the address and <c>/adfs</c>.</summary>
    public string Issuer => $"{Text}/adfs";

    /// <summary>To be told when the server listens.</summary>
    public void Listening(Uri bound) => _local = OfClients(bound);

    // Nobody can connect to "all addresses".
    private static Uri OfClients(Uri bound) => bound.Host is "0.0.0.0" or "[::]" or "+" or "*" ? new UriBuilder(bound) { Host = "127.0.0.1" }.Uri : bound;
}

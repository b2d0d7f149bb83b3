using Imago.Cli.Terminals;
using Imago.Server.DataFolders;

namespace Imago.Cli.Login;

/// <summary>A server on this machine whose data folder is where it is by itself: what need not be typed when logging in to it.</summary>
internal static class LocalServer
{
    /// <summary>Where a server listens that is not told otherwise.</summary>
    public const string Address = "https://127.0.0.1:8443";

    /// <summary>The certificate that the server made for itself; null when there is none.</summary>
    public static string? CaFile(Terminal terminal)
    {
        var file = Path.Join(DataFolderPath.Default(terminal.Environment), "ca.crt");
        return File.Exists(file) ? file : null;
    }
}

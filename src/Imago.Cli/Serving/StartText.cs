using Imago.Server.Configuration;
using Imago.Server.DataFolders;

namespace Imago.Cli.Serving;

/// <summary>What the server says when it is ready: where everything is, how to point clients at it, how to stop it.</summary>
internal sealed record StartText(string Address, DataFolder Folder, ServerOptions Options)
{
    public IEnumerable<string> Lines =>
    [
        .. Places,
        "Point az at it:",
        $"  imago az-setup --server {Address} --ca {Trust} --client-id … --client-secret …",
        "Stop it with Ctrl-C.",
    ];

    /// <summary>Where everything is.</summary>
    public IEnumerable<string> Places
    {
        get
        {
            yield return $"Imago is ready at {Address}";
            yield return $"  Data folder   {Folder.Path}";
            yield return $"  Database      {(Options.Database is null ? Folder.DatabaseFile : "PostgreSQL")}";
            yield return $"  Trust         {Trust}";
            yield return $"  Sign in at    {Options.Issuer?.ToString() ?? $"{Address}/adfs"}";
        }
    }

    private string Trust => Options.CertificateFile ?? Folder.AuthorityFile;

    /// <summary>The flag that names the data folder again, if it is not where it is by itself.</summary>
    public static string DataFlag(ServerOptions options) =>
        options.DataFolder == DataFolderPath.Default(Environment.GetEnvironmentVariable) ? "" : $" --data {options.DataFolder}";
}

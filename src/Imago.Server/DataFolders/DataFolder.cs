using Imago.Api.Authentication;

namespace Imago.Server.DataFolders;

/// <summary>Everything the server keeps, in one folder that only its owner reads.</summary>
public sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyFolder = OwnerOnly | UnixFileMode.UserExecute;
    private const UnixFileMode ReadableFile = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held) => (Path, _lock) = (path, held);

    public string Path { get; }

    /// <summary>The SQLite file.</summary>
    public string DatabaseFile => In("imago.db");

    /// <summary>The certificate that clients must trust.</summary>
    public string AuthorityFile => In("ca.crt");

    public string AuthorityKeyFile => In("keys/ca.key");

    public string CertificateFile => In("server.crt");

    public string CertificateKeyFile => In("keys/server.key");

    /// <summary>The key that encrypts the signing keys in the database.</summary>
    public string DataKeyFile => In("keys/data.key");

    /// <summary>Opens the folder, makes it if it does not exist, and keeps a second process out.</summary>
    /// <exception cref="IOException">It cannot be made or written to, or another process has it; the message says so.</exception>
    public static DataFolder Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            MakeFolder(path);
            MakeFolder(System.IO.Path.Join(path, "keys"));
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new IOException($"The data folder '{path}' cannot be made or written to: {problem.Message} Give another one with --data.", problem);
        }

        var file = System.IO.Path.Join(path, "server.lock");
        try
        {
            // Held as long as the process lives, however it ends.
            var held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new DataFolder(path, held);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The data folder '{path}' is in use by another Imago server, or cannot be written to. Stop that one, or give another folder with --data.", problem);
        }
    }

    /// <summary>The data key; made on first use.</summary>
    /// <exception cref="InvalidDataException">The file is there, but is no key.</exception>
    public byte[] DataKeyOf(string? file = null)
    {
        var path = file ?? DataKeyFile;
        if (!File.Exists(path) && file is null)
        {
            WriteSecret(path, DataKey.Make());
        }

        var key = File.ReadAllBytes(path);
        return key.Length == DataKey.Length
            ? key
            : throw new InvalidDataException($"The data key '{path}' has {key.Length} bytes; a key has {DataKey.Length}. Restore it from a backup: without it the stored signing keys cannot be read.");
    }

    /// <summary>Writes a file that only its owner reads, whole or not at all.</summary>
    public void WriteSecret(string path, ReadOnlySpan<byte> content) => Write(path, content, OwnerOnly);

    /// <summary>Writes a file that everybody may read, whole or not at all.</summary>
    public void WritePublic(string path, ReadOnlySpan<byte> content) => Write(path, content, ReadableFile);

    public void Dispose() => _lock.Dispose();

    private string In(string name) => System.IO.Path.Join(Path, name);

    private static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        var draft = path + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        using (var file = new FileStream(draft, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnlyFolder);
        }
    }
}

namespace Imago.Cli.Remote;

/// <summary>Files with secrets in them: nobody but their owner may read them, whatever stood there before.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes the file as a whole, or leaves what was there.</summary>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static async Task WriteAsync(string file, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var whole = file + ".new";
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
            {
                Directory.CreateDirectory(folder);
            }

            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            // The leftover of an interrupted write would keep the rights it had.
            File.Delete(whole);
            await using (var stream = new FileStream(whole, options))
            {
                await stream.WriteAsync(bytes, cancellation);
            }

            File.Move(whole, file, overwrite: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"File '{file}' cannot be written: {problem.Message}", problem);
        }
    }
}

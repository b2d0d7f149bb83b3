using Imago.Cli.Terminals;

namespace Imago.Cli.Inputs;

/// <summary>Opens files that users name, and says what is wrong with those that do not open.</summary>
internal static class InputFile
{
    /// <summary>Stands for standard input.</summary>
    public const string Standard = "-";

    /// <summary>Opens a file for reading, or standard input.</summary>
    /// <exception cref="InputException">It does not open.</exception>
    public static Stream Open(string file, Terminal terminal) =>
        string.Equals(file, Standard, StringComparison.Ordinal) ? terminal.OpenInput() : Reading(file, () => new FileStream(file, Shared));

    /// <summary>A file as a whole, or standard input; no more than <paramref name="most"/> bytes and one, after which the reader may refuse it.</summary>
    /// <remarks>A device that never ends must not fill the memory.</remarks>
    public static async Task<ReadOnlyMemory<byte>> BytesAsync(string file, int most, Terminal terminal, CancellationToken cancellation)
    {
        await using var stream = Open(file, terminal);
        try
        {
            return await BytesAsync(stream, most, cancellation);
        }
        catch (Exception problem) when (Explain(file, problem) is { } message)
        {
            throw new InputException(message, problem);
        }
    }

    /// <summary>Creates a file, or empties it.</summary>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static Stream Create(string file) => Reading(file, () => File.Create(file));

    private static FileStreamOptions Shared => new() { Share = FileShare.ReadWrite | FileShare.Delete };

    private static T Reading<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception problem) when (Explain(file, problem) is { } message)
        {
            throw new InputException(message, problem);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> BytesAsync(Stream stream, int most, CancellationToken cancellation)
    {
        var buffer = new byte[4096];
        var length = 0;
        while (length <= most)
        {
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 4, most + 1));
            }

            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellation);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        return buffer.AsMemory(0, length);
    }

    private static string? Explain(string file, Exception problem) => problem switch
    {
        _ when file.AsSpan().Trim().IsEmpty => "The name of a file is missing.",
        DirectoryNotFoundException => $"There is no folder for '{file}'. Check the path, or make the folder first.",
        FileNotFoundException => $"There is no file '{file}'. Check the path.",
        UnauthorizedAccessException => Directory.Exists(file) ? $"'{file}' is a directory. Name a file in it." : $"File '{file}' may not be opened by this user.",
        IOException or ArgumentException or NotSupportedException => $"File '{file}' cannot be opened: {problem.Message}",
        _ => null,
    };
}

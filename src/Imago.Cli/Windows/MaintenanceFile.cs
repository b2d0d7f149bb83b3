using System.Collections.Immutable;
using Imago.Application.Documents;
using Imago.Cli.Terminals;
using Imago.Domain.Maintenance;
using NodaTime;

namespace Imago.Cli.Windows;

/// <summary>Reads a maintenance configuration from a file, or from standard input when the file is <c>-</c>.</summary>
internal static class MaintenanceFile
{
    /// <summary>The configuration, counted as stored, or its problems. A file that cannot be read has one problem, with an empty path.</summary>
    public static async Task<(MaintenanceConfiguration? Value, ImmutableArray<Problem> Problems)> ReadAsync(
        string file, Terminal terminal, Instant asOf, CancellationToken cancellation)
    {
        try
        {
            await using var stream = string.Equals(file, "-", StringComparison.Ordinal) ? terminal.OpenInput() : Open(file);
            return MaintenanceDocument.Read(await BytesAsync(stream, cancellation), asOf, isStored: true);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, [new Problem("", $"There is no file '{file}'. Check the path.")]);
        }
        catch (UnauthorizedAccessException)
        {
            return (null, [new Problem("", Directory.Exists(file)
                ? $"'{file}' is a directory. Name the files in it."
                : $"File '{file}' may not be read by this user.")]);
        }
        catch (Exception problem) when (problem is IOException or ArgumentException or NotSupportedException)
        {
            return (null, [new Problem("", $"File '{file}' cannot be read: {problem.Message}")]);
        }
    }

    private static FileStream Open(string file) => new(file, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });

    // One byte more than is allowed is enough for the document to be refused; a device that never ends must not fill the memory.
    private static async Task<ReadOnlyMemory<byte>> BytesAsync(Stream stream, CancellationToken cancellation)
    {
        var buffer = new byte[4096];
        var length = 0;
        while (length <= MaintenanceDocument.LargestBytes)
        {
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 4, MaintenanceDocument.LargestBytes + 1));
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
}

using System.Collections.Immutable;
using Imago.Application.Documents;
using Imago.Cli.Terminals;
using Imago.Domain.Maintenance;
using NodaTime;

namespace Imago.Cli.Inputs;

/// <summary>Reads a maintenance configuration from a file, or from standard input when the file is <c>-</c>.</summary>
internal static class MaintenanceFile
{
    /// <summary>The configuration, counted as stored, or its problems. A file that cannot be read has one problem, with an empty path.</summary>
    public static async Task<(MaintenanceConfiguration? Value, ImmutableArray<Problem> Problems)> ReadAsync(
        string file, Terminal terminal, Instant asOf, CancellationToken cancellation)
    {
        try
        {
            return MaintenanceDocument.Read(await InputFile.BytesAsync(file, MaintenanceDocument.LargestBytes, terminal, cancellation), asOf, isStored: true);
        }
        catch (InputException problem)
        {
            return (null, [new Problem("", problem.Message)]);
        }
    }
}

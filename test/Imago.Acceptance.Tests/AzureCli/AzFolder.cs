using System.Diagnostics;
using Imago.Acceptance.Tests.Serving;

namespace Imago.Acceptance.Tests.AzureCli;

/// <summary>The folder with Debian trixie and its Azure CLI: made once by <c>make-az.sh</c>, used by every run after it.</summary>
internal static class AzFolder
{
    public static string Path { get; } = Clone.Artifacts("az-trixie");

    // A minute on a machine with nothing else to do; every package is unpacked by the disk.
    private static readonly TimeSpan LongestMaking = TimeSpan.FromMinutes(15);

    /// <summary>Makes the folder unless it is there. Without root, or when something is missing, the script says so and every test fails with what it said.</summary>
    public static async Task EnsureAsync()
    {
        var made = await ProgramRun.Of(new ProcessStartInfo(Clone.Source("AzureCli", "make-az.sh"), [Path]), LongestMaking);
        if (made.ExitCode != 0)
        {
            throw new InvalidOperationException($"There is no Azure CLI to test with. {LastLines(made)}");
        }
    }

    private static string LastLines(ProgramRun run) => string.Join('\n', $"{run.Out}\n{run.Error}".Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(8));
}

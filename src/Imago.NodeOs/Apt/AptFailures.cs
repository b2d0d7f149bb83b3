using System.Text.RegularExpressions;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Apt;

/// <summary>Reads why apt or dpkg did not do something out of what they said. Exit codes do not tell: 100 is everything.</summary>
internal static partial class AptFailures
{
    private static readonly (NodeOsReason Reason, string[] Says)[] Signs =
    [
        (NodeOsReason.LockHeld, ["Could not get lock", "Unable to acquire the dpkg frontend lock", "is locked by another process", "was locked by another process", "Unable to lock"]),
        (NodeOsReason.DiskFull, ["No space left on device", "don't have enough free space", "Disk quota exceeded"]),
        (NodeOsReason.ReleaseExpired, ["is expired (invalid since", "is not valid yet (invalid for"]),
        (NodeOsReason.SignatureInvalid,
            ["NO_PUBKEY", "signatures were invalid", "signatures couldn't be verified", "Clearsigned file isn't valid", "BADSIG", "EXPKEYSIG", "REVKEYSIG",
                "Hash Sum mismatch", "has unexpected size", "No good signature", "Missing key", "Sub-process sqv returned an error code", "Insufficient information available to perform this download securely"]),
        (NodeOsReason.PackagesBroken, ["dpkg was interrupted", "Unmet dependencies. Try 'apt"]),
        (NodeOsReason.MirrorUnreachable,
            ["Could not resolve", "Temporary failure resolving", "Could not connect", "Cannot initiate the connection", "Unable to connect", "Connection failed", "Connection timed out", "Connection refused",
                "Connection reset", "does not have a Release file", "Failed to fetch", "Unable to fetch some archives", "Some index files failed to download", "is no longer valid"]),

        // Last, because apt says it of an archive that answers 503 as well.
        (NodeOsReason.SignatureInvalid, ["is not signed"]),
    ];

    [GeneratedRegex(@"held by process (?<pid>\d+)|process with pid (?<pid>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Holder();

    /// <summary>Lines in which apt itself complains: an attempt that failed and was then repeated with success is none.</summary>
    public static string Complaints(string text) => string.Join('\n', text.Split('\n').Where(l =>
        l.StartsWith("W: ", StringComparison.Ordinal) || l.StartsWith("E: ", StringComparison.Ordinal) || l.StartsWith("Err:", StringComparison.Ordinal)));

    /// <summary>The reason that the output states; null: none of the known ones.</summary>
    public static NodeOsReason? Reason(string text)
    {
        foreach (var (reason, says) in Signs)
        {
            if (says.Any(s => text.Contains(s, StringComparison.OrdinalIgnoreCase)))
            {
                return reason;
            }
        }

        return null;
    }

    /// <summary>The failure as the step's exception.</summary>
    /// <param name="what">What could not be done, as the beginning of a sentence.</param>
    /// <param name="result">What the program said.</param>
    /// <param name="otherwise">The reason if none of the known ones is stated.</param>
    /// <param name="root">Where the name of a process is found.</param>
    public static NodeOsException Of(string what, CommandResult result, NodeOsReason otherwise, MachineRoot root)
    {
        var reason = Reason(result.Text) ?? otherwise;
        var advice = reason switch
        {
            NodeOsReason.LockHeld => $" {Who(result.Text, root)} It is tried again; nothing was changed.",
            NodeOsReason.DiskFull => " Make room on the file system that is named.",
            NodeOsReason.MirrorUnreachable => " See whether the machine reaches the address; it is tried again.",
            NodeOsReason.ReleaseExpired => " The mirror is no longer kept up to date, or the machine's clock is wrong.",
            NodeOsReason.SignatureInvalid => " Nothing of it is used. See whether the mirror is complete and its key is the one named by 'signedBy'.",
            _ => "",
        };
        return new NodeOsException(reason, $"{what}: {Said(result)}{advice}");
    }

    /// <summary>NM-45: who works with packages, as far as the message tells.</summary>
    private static string Who(string text, MachineRoot root)
    {
        var match = Holder().Match(text);
        if (!match.Success)
        {
            return "Somebody else works with packages.";
        }

        var pid = match.Groups["pid"].Value;
        var name = root.Read($"/proc/{pid}/comm")?.Trim();
        return name is { Length: > 0 } ? $"Process {pid} ({name}) works with packages." : $"Process {pid} works with packages.";
    }

    // The lines that state errors, without the same one twice; the last lines if none does.
    private static string Said(CommandResult result)
    {
        var lines = result.Text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var errors = lines.Where(l => l.StartsWith("E: ", StringComparison.Ordinal) || l.StartsWith("W: ", StringComparison.Ordinal) || l.Contains("error", StringComparison.OrdinalIgnoreCase))
            .Distinct(StringComparer.Ordinal).TakeLast(5).ToArray();
        var said = string.Join(" / ", errors.Length > 0 ? errors : lines.TakeLast(3));
        return said.Length == 0 ? $"exit code {result.ExitCode}, without a word." : said.TrimEnd('.') + ".";
    }
}

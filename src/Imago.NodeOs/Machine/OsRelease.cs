namespace Imago.NodeOs.Machine;

/// <summary>What <c>os-release</c> says of a machine.</summary>
/// <param name="Id"><c>ID</c>, for example <c>debian</c>; empty if it is not said.</param>
/// <param name="Version"><c>VERSION_ID</c>, for example <c>12</c>; empty if it is not said.</param>
/// <param name="Codename"><c>VERSION_CODENAME</c>, for example <c>bookworm</c>; empty if it is not said.</param>
public sealed record OsRelease(string Id, string Version, string Codename)
{
    /// <summary>Reads it from the machine; all empty where there is none.</summary>
    public static OsRelease Of(MachineRoot root) => Parse(root.Read("/etc/os-release") ?? root.Read("/usr/lib/os-release") ?? "");

    /// <summary>Reads the text of the file.</summary>
    public static OsRelease Parse(string text)
    {
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.Split('=', 2) is [var name, var value] && !name.StartsWith('#'))
            {
                said[name] = value.Trim('"', '\'');
            }
        }

        return new OsRelease(said.GetValueOrDefault("ID", ""), said.GetValueOrDefault("VERSION_ID", ""), said.GetValueOrDefault("VERSION_CODENAME", ""));
    }

    /// <summary>For example <c>debian 12</c>.</summary>
    public override string ToString() => Id.Length == 0 ? "a system without os-release" : $"{Id} {Version}".TrimEnd();
}

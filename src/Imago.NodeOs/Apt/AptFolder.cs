using System.Collections.Immutable;
using System.Globalization;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Apt;

/// <summary>
/// The agent's own corner of a machine, in which apt works for it: own sources, own indexes, own downloads, own settings. The machine's sources are never edited and its
/// indexes never pruned (NM-6, NM-42).
/// </summary>
internal sealed class AptFolder(MachineRoot root, MachineSettings settings)
{
    /// <summary>NM-44: nobody is there to answer, and nobody but us restarts services.</summary>
    private static readonly ImmutableSortedDictionary<string, string> Quiet = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, new Dictionary<string, string>
    {
        ["DEBIAN_FRONTEND"] = "noninteractive",
        ["DEBIAN_PRIORITY"] = "critical",
        ["APT_LISTCHANGES_FRONTEND"] = "none",
        ["NEEDRESTART_SUSPEND"] = "1",
        ["UCF_FORCE_CONFFOLD"] = "1",
    });

    public string Path { get; } = settings.StateDirectory.TrimEnd('/') + "/apt";

    public string Archives => Path + "/cache/archives";

    public string Sources => Path + "/sources.list";

    public string Lists => Path + "/lists";

    private string Config => Path + "/apt.conf";

    private string Preferences => Path + "/preferences";

    /// <summary>Writes sources and settings. Every run writes them again: what somebody changed in them does not last.</summary>
    /// <param name="sources">The sources.</param>
    /// <param name="kept">NM-49: packages that stay at the version that they have, by name.</param>
    public void Write(IEnumerable<AptSource> sources, IReadOnlyDictionary<string, string> kept)
    {
        root.Folder(Lists + "/partial");
        root.Folder(Archives + "/partial");
        root.Write(Sources, "# Written by the Imago agent before every run; the machine's own sources are in /etc/apt.\n" + string.Concat(sources.Select(s => s.ToLine() + "\n")));

        // A pin instead of `apt-mark hold`: the marks on the machine belong to whoever set them, and ours would outlive us.
        root.Write(Preferences, string.Concat((root.Read("/etc/apt/preferences") ?? "").TrimEnd(), "\n\n", string.Concat(
            kept.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => $"Package: {k.Key}\nPin: version {k.Value}\nPin-Priority: 1001\n\n"))));
        root.Write(Config, ConfigText());
    }

    /// <summary>A run of <c>apt-get</c> or <c>apt-cache</c> inside our corner.</summary>
    public Command Apt(string program, TimeSpan timeout, params IEnumerable<string> arguments) =>
        new(program, ["-c", Config, .. arguments]) { Environment = Quiet, Timeout = timeout };

    /// <summary>A run of dpkg.</summary>
    public static Command Dpkg(TimeSpan timeout, params IEnumerable<string> arguments) => new("dpkg", [.. arguments]) { Environment = Quiet, Timeout = timeout };

    /// <summary>Reads a file of the state that outlives the process; null if there is none.</summary>
    public string? ReadState(string name) => root.Read($"{Path}/{name}");

    public void WriteState(string name, string text) => root.Write($"{Path}/{name}", text);

    public void RemoveState(string name) => root.Remove($"{Path}/{name}");

    // The file is read after all of the machine's own settings, so that these cannot undo it: the same strength as options on the command line, in a form that people can
    // use as well: apt-get -c /var/lib/imago-agent/apt/apt.conf -s dist-upgrade.
    private string ConfigText() => string.Create(CultureInfo.InvariantCulture, $$"""
        // Written by the Imago agent before every run.
        Dir::Etc::sourcelist "{{Sources}}";
        Dir::Etc::sourceparts "-";
        Dir::Etc::preferences "{{Preferences}}";
        Dir::State::lists "{{Lists}}/";
        Dir::Cache "{{Path}}/cache/";
        Dir::Cache::archives "archives/";
        APT::Default-Release "";
        APT::Update::Error-Mode "any";
        APT::Install-Recommends "0";
        APT::Install-Suggests "0";
        APT::Get::Always-Include-Phased-Updates "1";
        APT::Get::AutomaticRemove "0";
        APT::Get::AllowUnauthenticated "0";
        Acquire::AllowInsecureRepositories "0";
        Acquire::AllowWeakRepositories "0";
        Acquire::AllowDowngradeToInsecureRepositories "0";
        APT::Keep-Downloaded-Packages "1";
        Acquire::GzipIndexes "false";
        Acquire::Languages "none";
        Acquire::Retries "0";
        Acquire::http::Timeout "30";
        Acquire::https::Timeout "30";
        Binary::apt-get::APT::Keep-Downloaded-Packages "1";
        DPkg::Lock::Timeout "{{(long)settings.LockTimeout.TotalSeconds}}";
        Dpkg::Use-Pty "0";
        Dpkg::Options { "--force-confdef"; "--force-confold"; };

        """);
}

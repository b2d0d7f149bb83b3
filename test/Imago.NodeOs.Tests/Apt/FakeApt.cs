using Imago.NodeOs.Machine;
using Shouldly;

namespace Imago.NodeOs.Tests.Apt;

/// <summary>A machine with Debian 12 whose apt does what a test says: it keeps packages, and installs what it is asked for.</summary>
internal sealed class FakeApt(TemporaryMachine machine) : ICommands
{
    private const string Lists = "/var/lib/imago-agent/apt/lists/";

    public Dictionary<string, string> Installed { get; } = new(StringComparer.Ordinal) { ["bash"] = "5.1", ["openssl"] = "3.0.20" };

    public List<string> Ran { get; } = [];

    public HashSet<string> Auto { get; } = ["openssl"];

    public CommandResult Update { get; set; } = new(0, "", "");

    public CommandResult Check { get; set; } = new(0, "", "");

    public CommandResult Install { get; set; } = new(0, "", "");

    public bool InstallWorks { get; set; } = true;

    /// <summary>How often the mirror does not answer before it does.</summary>
    public int UpdatesThatFail { get; set; }

    /// <summary>The security suite has no index that could be downloaded; its Release file names one of this size. Null: it has one.</summary>
    public string? SecurityWithoutIndex { get; set; }

    public string Audit { get; set; } = "";

    public string AlsoSimulated { get; set; } = "";

    public ValueTask<CommandResult> RunAsync(Command command, CancellationToken cancellation)
    {
        var words = command.Arguments is ["-c", _, .. var rest] ? rest.ToArray() : [.. command.Arguments];
        Ran.Add($"{command.Program} {string.Join(' ', words)}");
        if ((words is ["-y", "--no-remove", ..] && !words.Contains("--download-only")) || words is ["--configure", ..])
        {
            // NM-46: whatever stops the agent, packages are never cut off in the middle.
            command.EndsByItself.ShouldBeTrue(command.ToString());
        }

        return ValueTask.FromResult((command.Program, words) switch
        {
            ("dpkg-query", _) => Says(string.Concat(Installed.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}\tamd64\t{p.Value}\tinstall\tinstalled\tok\t10\n"))),
            ("dpkg", ["--print-architecture"]) => Says("amd64\n"),
            ("dpkg", ["--audit"]) => Says(Audit),
            ("dpkg", ["--configure", ..]) => Says(Audit = ""),
            ("apt-get", ["update"]) => Updated(),
            ("apt-get", ["indextargets", ..]) => Says(Target("debian", "bookworm") + (SecurityWithoutIndex is null ? Target("debian-security", "bookworm-security") : "")),
            ("apt-get", ["check"]) => Check,
            ("apt-get", ["-s", "install", .. var packages]) => Says(string.Concat(Split(packages).Where(p => Installed.GetValueOrDefault(p.Name) != p.Version)
                .Select(p => $"Inst {p.Name} [{Installed[p.Name]}] ({p.Version} Debian-Security:12/oldstable-security [amd64])\n")) + AlsoSimulated),
            ("apt-get", ["-y", "--no-remove", "install", .. var packages]) => Installs(packages),
            ("apt-mark", ["showauto"]) => Says(string.Concat(Auto.Select(a => a + "\n"))),
            ("apt-mark", ["auto", .. var names]) => Marks(names),
            _ => Says(""),
        });
    }

    private static CommandResult Says(string text) => new(0, text, "");

    private static string Target(string archive, string suite) =>
        $"http://deb.debian.org/{archive}/|{suite}|main/binary-amd64/Packages|{Lists}deb.debian.org_{archive}_dists_{suite}_main_binary-amd64_Packages\n";

    private static IEnumerable<(string Name, string Version)> Split(IEnumerable<string> packages) => packages.Select(p => p.Split('=')).Select(w => (w[0], w[1]));

    private CommandResult Marks(IEnumerable<string> names)
    {
        Auto.UnionWith(names);
        return Says("");
    }

    private CommandResult Updated()
    {
        if (UpdatesThatFail > 0)
        {
            UpdatesThatFail--;
            return new CommandResult(100, "", "E: Failed to fetch http://deb.debian.org/debian/dists/bookworm/InRelease  Could not connect");
        }

        foreach (var (archive, suite) in ((string, string)[])[("debian", "bookworm"), ("debian-security", "bookworm-security")])
        {
            var stem = $"{Lists}deb.debian.org_{archive}_dists_{suite}_";
            machine.With(stem + "InRelease", $"Codename: {suite}\nDate: Fri, 20 Nov 2026 12:00:00 UTC\nSHA256:\n 00 {SecurityWithoutIndex ?? "9"} main/binary-amd64/Packages\n 00 32 main/binary-amd64/Packages.xz\n");
            machine.With(stem + "main_binary-amd64_Packages", suite.EndsWith("-security", StringComparison.Ordinal)
                ? "Package: openssl\nArchitecture: amd64\nVersion: 3.0.22\nInstalled-Size: 2000\n\nPackage: other\nArchitecture: amd64\nVersion: 1\n" : "");
        }

        return Update;
    }

    // As apt does: a package that is named loses its mark.
    private CommandResult Installs(IEnumerable<string> packages)
    {
        foreach (var (name, version) in Split(packages).Where(_ => InstallWorks))
        {
            Installed[name] = version;
            Auto.Remove(name);
        }

        return Install;
    }
}

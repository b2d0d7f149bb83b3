using System.Text.RegularExpressions;

namespace Imago.Architecture.Tests.House;

/// <summary>How source files are named, placed and kept.</summary>
internal static partial class SourceRules
{
    private const int MostLines = 400;

    // Where a host takes the clock of its machine, to hand it on.
    private static readonly string[] MayReadClock = ["src/Imago.Cli/Terminals/Terminal.cs", "src/Imago.Agent/Commands/AgentConsole.cs"];

    // The checks and their tests quote what they forbid.
    private static IEnumerable<string> Sources(Repository repository) =>
        repository.Sources().Where(p => !p.StartsWith("test/Imago.Architecture.Tests/House/", StringComparison.Ordinal));

    public static IEnumerable<string> MisplacedNamespaces(Repository repository)
    {
        foreach (var path in repository.Sources())
        {
            // src/Imago.Domain/Images/Release.cs belongs to Imago.Domain.Images.
            var expected = string.Join('.', path.Split('/')[1..^1]);
            var found = Namespace().Match(repository.Read(path));
            if (found.Success && !string.Equals(found.Groups["name"].Value, expected, StringComparison.Ordinal))
            {
                yield return $"{path} declares namespace {found.Groups["name"].Value}, its folder says {expected}.";
            }
        }
    }

    public static IEnumerable<string> EmptyNames(Repository repository) =>
        Sources(repository).SelectMany(path => path.Split('/')[1..].Select(Path.GetFileNameWithoutExtension)
            .Concat(TypeName().Matches(repository.Read(path)).Select(m => m.Groups["name"].Value)).Distinct(StringComparer.Ordinal)
            .Where(name => EmptyName().IsMatch(name!))
            .Select(name => $"{path}: '{name}' says nothing about its subject. Name it for what it holds."));

    public static IEnumerable<string> LongFiles(Repository repository) =>
        repository.Files("src", ".cs").Select(path => (Path: path, Lines: repository.Lines(path).Length)).Where(f => f.Lines > MostLines)
            .Select(f => $"{f.Path} has {f.Lines} lines, more than {MostLines}. Give its second subject a file.");

    public static IEnumerable<string> ClockReads(Repository repository) =>
        Found(repository, Sources(repository).Except(MayReadClock, StringComparer.Ordinal), ClockRead(), "reads the machine's clock; take the instant, or a TimeProvider, as an argument");

    public static IEnumerable<string> Sleeps(Repository repository) =>
        Found(repository, Sources(repository), Sleep(), "sleeps; move the clock instead");

    public static IEnumerable<string> Awaits(Repository repository) =>
        Found(repository, repository.Files("src/Imago.Domain", ".cs"), Await(), "is asynchronous; Domain decides, it does not wait");

    public static IEnumerable<string> UnexplainedPragmas(Repository repository) =>
        Found(repository, Sources(repository), BarePragma(), "switches a warning off without a reason; add one as a comment at the end of the line");

    private static IEnumerable<string> Found(Repository repository, IEnumerable<string> paths, Regex pattern, string complaint) =>
        from path in paths
        from line in repository.Lines(path).Index()
        let code = line.Item.TrimStart()
        where !code.StartsWith("//", StringComparison.Ordinal) && !code.StartsWith('"') && pattern.IsMatch(code)
        select $"{path}:{line.Index + 1} {complaint}: {code}";

    [GeneratedRegex(@"^namespace\s+(?<name>[\w.]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\b(class|struct|record|interface|enum)\s+(?<name>[A-Z]\w*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TypeName();

    [GeneratedRegex("^(Misc|Common|Shared)$|(Utils?|Utilities|Helpers?|Managers?)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"\b(DateTime(Offset)?\.(Now|UtcNow|Today)|SystemClock\.Instance|TimeProvider\.System|Environment\.TickCount)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ClockRead();

    [GeneratedRegex(@"\bThread\.Sleep\(", RegexOptions.None, 1000)]
    private static partial Regex Sleep();

    [GeneratedRegex(@"\b(async|await)\s", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Await();

    [GeneratedRegex(@"^#pragma warning disable [\w, ]+$", RegexOptions.None, 1000)]
    private static partial Regex BarePragma();
}

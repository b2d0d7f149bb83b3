using System.Text.RegularExpressions;

namespace Imago.Architecture.Tests.Docs;

/// <summary>One command line as a document shows it.</summary>
/// <param name="Where">The document and the line.</param>
/// <param name="Words">The words before the first option: commands, and perhaps arguments.</param>
/// <param name="Options">Names of its options.</param>
internal sealed record ShownCommand(string Where, IReadOnlyList<string> Words, IReadOnlyList<string> Options);

/// <summary>What the documents of the repository point to and show.</summary>
internal static partial class DocumentRules
{
    /// <summary>README, CONTRIBUTING, CHANGELOG and everything under docs/.</summary>
    public static IEnumerable<string> Documents(Repository repository) =>
        [.. new[] { "README.md", "CONTRIBUTING.md", "CHANGELOG.md" }.Where(repository.Exists), .. repository.Files("docs", ".md")];

    /// <summary>Links to files that are not there.</summary>
    public static IEnumerable<string> BrokenLinks(Repository repository) =>
        from document in Documents(repository)
        from target in Targets(repository, document)
        where !repository.Exists(target)
        select $"{document} links to {target}, which does not exist.";

    /// <summary>Pages under docs/ to which docs/README.md does not lead; an ADR is reached through its own list there, too.</summary>
    public static IEnumerable<string> UnlistedPages(Repository repository)
    {
        var listed = Targets(repository, "docs/README.md").ToHashSet(StringComparer.Ordinal);
        return repository.Files("docs", ".md").Where(page => page is not "docs/README.md" && !listed.Contains(page))
            .Select(page => $"docs/README.md does not list {page}.");
    }

    /// <summary>Every <c>imago …</c> in code blocks and code spans. ADRs are left out: they tell what was, and are never rewritten.</summary>
    public static IEnumerable<ShownCommand> Commands(Repository repository) =>
        from document in Documents(repository)
        where !document.StartsWith("docs/adr/", StringComparison.Ordinal) && document is not "CHANGELOG.md"
        from snippet in Snippets(repository.Read(document))
        let shown = Parse(document, snippet)
        where shown is not null
        select shown;

    private static IEnumerable<string> Targets(Repository repository, string document)
    {
        var folder = Path.GetDirectoryName(document) ?? "";
        return Link().Matches(Fence().Replace(repository.Read(document), ""))
            .Select(m => m.Groups["target"].Value.Split('#')[0])
            .Where(t => t.Length > 0 && !t.Contains("://", StringComparison.Ordinal) && !t.StartsWith("mailto:", StringComparison.Ordinal))
            .Select(t => Path.GetRelativePath(repository.Root, Path.GetFullPath(Path.Combine(repository.Root, folder, t))).Replace('\\', '/'));
    }

    private static IEnumerable<string> Snippets(string markdown)
    {
        foreach (Match block in Fence().Matches(markdown))
        {
            // A command may go on over several lines that end in a backslash.
            foreach (var line in block.Groups["code"].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
            {
                yield return line;
            }
        }

        foreach (Match span in Span().Matches(Fence().Replace(markdown, "")))
        {
            yield return span.Groups["code"].Value;
        }
    }

    private static ShownCommand? Parse(string document, string snippet)
    {
        if (Invocation().Match(snippet) is not { Success: true } found)
        {
            return null;
        }

        // Up to a comment, a pipe or the next command. Brackets mark what may be left out.
        var text = Rest().Match(found.Groups["arguments"].Value).Value;
        var tokens = text.Split([' ', '[', ']', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return new ShownCommand(
            $"{document}: {snippet.Trim()}",
            [.. tokens.TakeWhile(t => CommandWord().IsMatch(t))],
            [.. tokens.Where(t => OptionName().IsMatch(t)).Select(t => OptionName().Match(t).Value)]);
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^ {0,3}```[^\n]*\n(?<code>.*?)^ {0,3}```", RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.Singleline, 1000)]
    private static partial Regex Fence();

    [GeneratedRegex("`(?<code>[^`\n]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Span();

    [GeneratedRegex(@"^\s*(\$ )?(\./)?imago(?<arguments>( .*)?)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Invocation();

    [GeneratedRegex(@"^[^#|;&>]*", RegexOptions.None, 1000)]
    private static partial Regex Rest();

    [GeneratedRegex("^[a-z][a-z-]*$", RegexOptions.None, 1000)]
    private static partial Regex CommandWord();

    [GeneratedRegex("^--[a-z][a-z-]*", RegexOptions.None, 1000)]
    private static partial Regex OptionName();
}

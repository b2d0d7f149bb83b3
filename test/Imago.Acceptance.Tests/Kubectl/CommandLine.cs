namespace Imago.Acceptance.Tests.Kubectl;

/// <summary>Command lines as people write them: words, and texts in single quotes.</summary>
internal static class CommandLine
{
    public static IEnumerable<string> Words(string line) =>
        line.Split('\'').SelectMany((part, i) => i % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}

using System.Text.Json.Nodes;

namespace Imago.Cli.Remote;

/// <summary>Words such as <c>team=web</c> as a JSON object of texts.</summary>
internal static class TagWords
{
    /// <summary>The words as an object.</summary>
    /// <exception cref="UsageException">A word has no <c>=</c>.</exception>
    public static JsonObject Read(string option, IEnumerable<string> words)
    {
        var tags = new JsonObject();
        foreach (var word in words)
        {
            var at = word.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw new UsageException($"{option}: '{word}' is no pair. Write KEY=VALUE.");
            }

            tags[word[..at]] = word[(at + 1)..];
        }

        return tags;
    }
}

using System.Collections.Immutable;

namespace Imago.Simulation.Dumps;

/// <summary>
/// What the dump says and the world does not model, gathered into one sentence per matter with the number of objects and the first names.
/// </summary>
internal sealed class Findings
{
    private const int Examples = 3;

    // A hostile dump could name another scheduler for every pod.
    private const int MostSentences = 200;

    private readonly SortedDictionary<(string Sentence, string Noun), SortedSet<string>> _matters = [];

    private readonly SortedSet<string> _general = new(StringComparer.Ordinal);

    /// <summary>A sentence about the whole dump.</summary>
    public void Add(string sentence) => _general.Add($"{sentence}.");

    /// <summary>A sentence about one of possibly many objects; the same sentence about another object is counted, not repeated.</summary>
    public void Add(string sentence, string noun, string name)
    {
        if (!_matters.TryGetValue((sentence, noun), out var names))
        {
            _matters[(sentence, noun)] = names = new SortedSet<string>(StringComparer.Ordinal);
        }

        names.Add(name);
    }

    /// <summary>The sentences, in ordinal order.</summary>
    public ImmutableArray<string> ToSentences()
    {
        var all = _general.Concat(_matters.Select(m => Sentence(m.Key.Sentence, m.Key.Noun, m.Value))).Order(StringComparer.Ordinal).ToList();
        return all.Count <= MostSentences ? [.. all] : [.. all.Take(MostSentences), $"Further assumptions that are not shown: {all.Count - MostSentences}."];
    }

    private static string Sentence(string sentence, string noun, SortedSet<string> names)
    {
        var shown = string.Join(", ", names.Take(Examples));
        var more = names.Count > Examples ? $" and {names.Count - Examples} more" : "";
        return $"{PlainText.Of(sentence, 300)}: {names.Count} {noun}{(names.Count == 1 ? "" : "s")} ({shown}{more}).";
    }
}

/// <summary>Sentences noted while one object is read; they count only if the object is not replaced by a newer one of its name.</summary>
internal sealed class Notes
{
    private List<string>? _sentences;

    public ImmutableArray<string> Sentences => _sentences is null ? [] : [.. _sentences];

    public void Add(string sentence)
    {
        _sentences ??= [];
        if (!_sentences.Contains(sentence))
        {
            _sentences.Add(sentence);
        }
    }
}

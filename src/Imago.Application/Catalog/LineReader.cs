namespace Imago.Application.Catalog;

/// <summary>Walks over the lines of a text without copying them.</summary>
internal struct LineReader(string text)
{
    private ReadOnlyMemory<char> _rest = text.AsMemory();
    private int _line;

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>The next line without its end; empty at the end of the text.</summary>
    public ReadOnlyMemory<char> Next()
    {
        _line++;
        var end = _rest.Span.IndexOf('\n');
        var line = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? ReadOnlyMemory<char>.Empty : _rest[(end + 1)..];
        return line;
    }

    /// <summary>All lines before the next one that starts with one of the words.</summary>
    public ReadOnlyMemory<char> UntilNext(string word, string otherWord)
    {
        var start = _rest;
        while (!AtEnd && !_rest.Span.StartsWith(word) && !_rest.Span.StartsWith(otherWord))
        {
            Next();
        }

        return start[..(start.Length - _rest.Length)];
    }

    public readonly InvalidDataException Problem(string what) => new($"Image catalogue, line {_line}: {what}.");
}

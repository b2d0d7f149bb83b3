using System.Text.Json;

namespace Imago.Simulation.Dumps;

/// <summary>
/// Takes the items out of a list, one at a time, whatever the size of the file: at most one item and the rest of one block are in memory.
/// kubectl sorts keys, so <c>kind</c> comes after <c>items</c>; the API server itself writes it before.
/// </summary>
internal sealed class ItemReader
{
    // An honest object is some ten levels deep; a custom resource may be deeper.
    private const int DepthLimit = 128;

    // Items that do not say their kind wait until the list says it; see Defer.
    private const long DeferredLimit = 256L << 20;

    private readonly Utf8Blocks _text;
    private readonly Action<string, JsonElement> _onItem;
    private readonly CancellationToken _cancellation;
    private readonly List<string> _topKeys = [];
    private readonly List<byte[]> _deferred = [];
    private long _deferredBytes;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = DepthLimit });
    private Place _place = Place.BeforeRoot;
    private bool _sawItems;
    private int _count;
    private string? _listKind;

    private ItemReader(Stream stream, int itemLimit, Action<string, JsonElement> onItem, CancellationToken cancellation)
    {
        _text = new Utf8Blocks(stream, itemLimit, () => _count);
        _onItem = onItem;
        _cancellation = cancellation;
    }

    private enum Place
    {
        BeforeRoot,
        InRoot,
        InItems,
        AfterRoot,
    }

    /// <summary>Reads the whole stream and hands each item over with its kind.</summary>
    /// <exception cref="DumpException">It is not one whole list in JSON.</exception>
    public static void Read(Stream stream, int itemLimit, Action<string, JsonElement> onItem, CancellationToken cancellation) =>
        new ItemReader(stream, itemLimit, onItem, cancellation).Run();

    private void Run()
    {
        if (!_text.Fill())
        {
            throw DumpException.Of("The dump is empty.");
        }

        _text.RefuseOtherEncodings();
        while (_place != Place.AfterRoot)
        {
            Advance();
            if (_place != Place.AfterRoot && !_text.Fill())
            {
                throw Truncated();
            }
        }

        RefuseRest();
        RefuseOtherShapes();
        foreach (var item in _deferred)
        {
            HandOver(item);
        }
    }

    private void Advance()
    {
        var reader = new Utf8JsonReader(_text.Unread, isFinalBlock: false, _state);
        try
        {
            while (_place != Place.AfterRoot)
            {
                // A token whose value is not whole yet is read again when more has arrived.
                var before = reader;
                if (!reader.Read() || !Take(ref reader))
                {
                    reader = before;
                    break;
                }
            }
        }
        catch (JsonException e)
        {
            throw NotJson(e, deep: reader.CurrentDepth >= DepthLimit - 1, at: _text.Offset + reader.BytesConsumed);
        }

        _state = reader.CurrentState;
        _text.Consume((int)reader.BytesConsumed);
    }

    // False: more bytes are needed.
    private bool Take(ref Utf8JsonReader reader) => _place switch
    {
        Place.BeforeRoot => TakeRoot(ref reader),
        Place.InRoot => TakeProperty(ref reader),
        _ => TakeItem(ref reader),
    };

    private bool TakeRoot(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw DumpException.Of($"Expected a JSON object of kind List with Node items; found {Describe(reader.TokenType)}.");
        }

        _place = Place.InRoot;
        return true;
    }

    private bool TakeProperty(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            _place = Place.AfterRoot;
            return true;
        }

        // Compared as written: unescaping a key such as "\ud800" would fail, and nobody escapes the letters of these two.
        if (reader.ValueSpan.SequenceEqual("items"u8))
        {
            return TakeItemsProperty(ref reader);
        }

        var isKind = reader.ValueSpan.SequenceEqual("kind"u8);
        // Keys are remembered for messages only.
        var key = _topKeys.Count < 8 ? Utf8Blocks.Printable(reader.ValueSpan) : null;
        if (!isKind)
        {
            if (!reader.TrySkip())
            {
                return false;
            }
        }
        else
        {
            if (!reader.Read())
            {
                return false;
            }

            if (reader.TokenType == JsonTokenType.String)
            {
                _listKind = Utf8Blocks.Printable(reader.ValueSpan);
            }
            else if (!reader.TrySkip())
            {
                return false;
            }
        }

        if (key is not null)
        {
            _topKeys.Add(key);
        }

        return true;
    }

    private bool TakeItemsProperty(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return false;
        }

        _sawItems = true;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                _place = Place.InItems;
                return true;
            // An empty list of the API server: "items": null.
            case JsonTokenType.Null:
                return true;
            default:
                throw DumpException.Of($"Expected 'items' to be an array; found {Describe(reader.TokenType)}.");
        }
    }

    private bool TakeItem(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            _place = Place.InRoot;
            return true;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw DumpException.Of($"Item {_count + 1} of the list is {Describe(reader.TokenType)}, not an object.");
        }

        var first = (int)reader.TokenStartIndex;
        if (!reader.TrySkip())
        {
            return false;
        }

        _cancellation.ThrowIfCancellationRequested();
        _count++;
        HandOver(_text.Part(first, (int)reader.BytesConsumed - first));
        return true;
    }

    private void HandOver(ReadOnlyMemory<byte> item)
    {
        RefuseBrokenEscapes(item.Span);
        using var document = JsonDocument.Parse(item, new JsonDocumentOptions { MaxDepth = DepthLimit });
        var kind = document.RootElement.Text("kind") ?? KindOfItems();
        if (kind is not null)
        {
            _onItem(kind, document.RootElement);
        }
        else if (_place == Place.InItems)
        {
            Defer(item);
        }
    }

    // A `PodList` says the kind once, for all its items.
    private string? KindOfItems() =>
        _listKind is { Length: > 4 } list && list.EndsWith("List", StringComparison.Ordinal) ? list[..^4] : null;

    private void Defer(ReadOnlyMemory<byte> item)
    {
        _deferredBytes += item.Length;
        if (_deferredBytes > DeferredLimit)
        {
            throw DumpException.Of("The items of the list do not say their kind, and 'kind' does not come before them.");
        }

        _deferred.Add(item.ToArray());
    }

    private void RefuseRest()
    {
        do
        {
            var rest = _text.Unread;
            var at = rest.IndexOfAnyExcept(" \t\r\n"u8);
            if (at >= 0)
            {
                throw rest[at] is (byte)'{' or (byte)'['
                    ? DumpException.Of(
                        $"The dump has several JSON documents; the second starts at byte {_text.Offset + at}. One document with all kinds is needed: name all kinds in one kubectl command.")
                    : DumpException.Of($"The dump goes on after its end: at byte {_text.Offset + at} stands '{Utf8Blocks.Printable(rest[at..])}'.");
            }

            _text.Consume(rest.Length);
        }
        while (_text.Fill());
    }

    private void RefuseOtherShapes()
    {
        if (_sawItems)
        {
            return;
        }

        throw DumpException.Of((_listKind, _topKeys) switch
        {
            ({ } kind, _) => $"Expected a List with Node items; found a single object of kind {kind}.",
            (null, []) => "Expected a List with Node items; found an object without any content.",
            (null, var keys) => $"Expected a List with Node items; found an object with {string.Join(", ", keys.Select(k => $"'{k}'"))}, which is no Kubernetes list.",
        });
    }

    // Text such as "\ud800" is JSON but no Unicode; reading it as a string fails. The common escapes (\u003c) never start with d.
    private void RefuseBrokenEscapes(ReadOnlySpan<byte> item)
    {
        if (item.IndexOf(@"\ud"u8) < 0 && item.IndexOf(@"\uD"u8) < 0)
        {
            return;
        }

        var reader = new Utf8JsonReader(item, new JsonReaderOptions { MaxDepth = DepthLimit });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    _ = reader.GetString();
                }
            }
        }
        catch (InvalidOperationException)
        {
            throw DumpException.Of($"Item {_count} of the list holds half of a surrogate pair (such as \\ud800), which is no text.");
        }
    }

    private DumpException Truncated() => _place switch
    {
        Place.InItems => DumpException.Of($"The dump ends in the middle: at byte {_text.Offset + _text.Unread.Length}, after {_count} whole items. It was cut off."),
        _ => DumpException.Of($"The dump ends in the middle, at byte {_text.Offset + _text.Unread.Length}: the JSON object is not closed. It was cut off."),
    };

    private DumpException NotJson(JsonException e, bool deep, long at)
    {
        if (deep)
        {
            return DumpException.Of($"The dump is nested deeper than {DepthLimit} levels at byte {at}. No Kubernetes object is.");
        }

        if (_place == Place.BeforeRoot)
        {
            var head = Utf8Blocks.Printable(_text.Unread);
            return DumpException.Of($"The dump is not JSON; it starts with '{head}'. The option '-o json' makes kubectl write JSON.");
        }

        return DumpException.Of(
            $"The dump is not JSON: near byte {at}, line {(e.LineNumber ?? 0) + 1}, after {_count} whole items, something cannot be read.");
    }

    private static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        _ => "null",
    };


}

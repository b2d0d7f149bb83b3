using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Imago.Simulation.Dumps;

/// <summary>
/// Takes the items out of a list, one at a time, whatever the size of the file: at most one item and the rest of one block are in memory.
/// kubectl sorts keys, so <c>kind</c> comes after <c>items</c>; the API server itself writes it before.
/// </summary>
internal sealed class ItemReader
{
    private const int Block = 1 << 16;

    // An honest object is some ten levels deep; a custom resource may be deeper.
    private const int DepthLimit = 128;

    // Items that do not say their kind wait until the list says it; see Defer.
    private const long DeferredLimit = 256L << 20;

    private readonly Stream _stream;
    private readonly int _itemLimit;
    private readonly Action<string, JsonElement> _onItem;
    private readonly CancellationToken _cancellation;
    private readonly List<string> _topKeys = [];
    private readonly List<byte[]> _deferred = [];
    private long _deferredBytes;
    private byte[] _buffer = new byte[Block];
    private int _start;
    private int _end;
    private int _validated;
    private long _offset;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = DepthLimit });
    private Place _place = Place.BeforeRoot;
    private bool _sawItems;
    private int _count;
    private string? _listKind;

    private ItemReader(Stream stream, int itemLimit, Action<string, JsonElement> onItem, CancellationToken cancellation)
    {
        _stream = stream;
        _itemLimit = itemLimit;
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
        if (!Fill())
        {
            throw DumpException.Of("The dump is empty.");
        }

        RefuseOtherEncodings();
        while (_place != Place.AfterRoot)
        {
            Advance();
            if (_place != Place.AfterRoot && !Fill())
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
        var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), isFinalBlock: false, _state);
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
            throw NotJson(e, deep: reader.CurrentDepth >= DepthLimit - 1, at: _offset + reader.BytesConsumed);
        }

        _state = reader.CurrentState;
        _start += (int)reader.BytesConsumed;
        _offset += reader.BytesConsumed;
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
        var key = _topKeys.Count < 8 ? Printable(reader.ValueSpan) : null;
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
                _listKind = Printable(reader.ValueSpan);
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
        HandOver(_buffer.AsMemory(_start + first, (int)reader.BytesConsumed - first));
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

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _validated -= _start;
            _start = 0;
        }
        else if (_end == _buffer.Length)
        {
            Grow();
        }

        // A pipe hands out small pieces; filling the block keeps the cost of looking at an unfinished item again small.
        var before = _end;
        while (_end < _buffer.Length)
        {
            var read = _stream.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0)
            {
                break;
            }

            _end += read;
        }

        if (_end > before)
        {
            Validate(last: _end < _buffer.Length);
        }

        return _end > before;
    }

    private void Grow()
    {
        if (_buffer.Length >= _itemLimit)
        {
            throw DumpException.Of(
                $"One value of the dump, after item {_count}, at byte {_offset}, is larger than {_itemLimit} bytes. No Kubernetes object is that large.");
        }

        Array.Resize(ref _buffer, (int)Math.Min(_itemLimit, _buffer.Length * 2L));
    }

    private void Validate(bool last)
    {
        var fresh = _buffer.AsSpan(_validated, _end - _validated);
        if (_offset == 0 && (fresh.StartsWith<byte>([0xFF, 0xFE]) || fresh.StartsWith<byte>([0xFE, 0xFF]) || fresh.StartsWith<byte>([0x1F, 0x8B])))
        {
            // Named better by RefuseOtherEncodings.
            return;
        }

        var whole = fresh.Length;
        // A character that the block cuts in two is judged with the next block.
        for (var back = 1; !last && back <= Math.Min(3, fresh.Length); back++)
        {
            var b = fresh[^back];
            if (b >= 0xC0)
            {
                whole = Rune.DecodeFromUtf8(fresh[^back..], out _, out _) == System.Buffers.OperationStatus.NeedMoreData ? fresh.Length - back : whole;
                break;
            }

            if (b < 0x80)
            {
                break;
            }
        }

        if (!Utf8.IsValid(fresh[..whole]))
        {
            throw DumpException.Of($"The dump is not UTF-8 text: the byte at offset {_offset + _validated - _start + FirstInvalid(fresh)} starts no character.");
        }

        _validated += whole;
    }

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length && Rune.DecodeFromUtf8(bytes[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }

    private void RefuseOtherEncodings()
    {
        var head = _buffer.AsSpan(0, _end);
        if (head.StartsWith<byte>([0xFF, 0xFE]) || head.StartsWith<byte>([0xFE, 0xFF]))
        {
            throw DumpException.Of(
                "The dump is UTF-16 text, which '>' of Windows PowerShell writes; save it as UTF-8 ('| Out-File -Encoding utf8 dump.json').");
        }

        if (head.StartsWith<byte>([0x1F, 0x8B]))
        {
            throw new DumpException("The dump is compressed with gzip. Unpack it first: gunzip dump.json.gz");
        }

        if (head.StartsWith<byte>([0xEF, 0xBB, 0xBF]))
        {
            _start = 3;
            _offset = 3;
        }

        if (head[_start..].IndexOfAnyExcept(" \t\r\n"u8) < 0 && _end < _buffer.Length)
        {
            throw DumpException.Of("The dump is empty.");
        }
    }

    private void RefuseRest()
    {
        do
        {
            var rest = _buffer.AsSpan(_start, _end - _start);
            var at = rest.IndexOfAnyExcept(" \t\r\n"u8);
            if (at >= 0)
            {
                throw rest[at] is (byte)'{' or (byte)'['
                    ? DumpException.Of(
                        $"The dump has several JSON documents; the second starts at byte {_offset + at}. One document with all kinds is needed: name all kinds in one kubectl command.")
                    : DumpException.Of($"The dump goes on after its end: at byte {_offset + at} stands '{Printable(rest[at..])}'.");
            }

            _offset += rest.Length;
            _start = _end;
        }
        while (Fill());
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
        Place.InItems => DumpException.Of($"The dump ends in the middle: at byte {_offset + _end - _start}, after {_count} whole items. It was cut off."),
        _ => DumpException.Of($"The dump ends in the middle, at byte {_offset + _end - _start}: the JSON object is not closed. It was cut off."),
    };

    private DumpException NotJson(JsonException e, bool deep, long at)
    {
        if (deep)
        {
            return DumpException.Of($"The dump is nested deeper than {DepthLimit} levels at byte {at}. No Kubernetes object is.");
        }

        if (_place == Place.BeforeRoot)
        {
            var head = Printable(_buffer.AsSpan(_start, _end - _start));
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

    // What a terminal can show of the first bytes.
    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 40)]);
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        return PlainText.Of(end < 0 ? text : text[..end], 40);
    }
}

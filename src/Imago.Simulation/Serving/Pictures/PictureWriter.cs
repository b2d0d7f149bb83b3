using System.Collections.Immutable;
using NodaTime;

namespace Imago.Simulation.Serving.Pictures;

/// <summary>Writes values of a picture. Texts that occur again, as almost all do, are written once.</summary>
internal sealed class PictureWriter(BinaryWriter output)
{
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<object, int> _objects = new(ReferenceEqualityComparer.Instance);

    public void Number(long value) => output.Write7BitEncodedInt64(value);

    public void Flag(bool value) => output.Write(value);

    /// <summary>Up to 32 flags of one object.</summary>
    public void Flags(params ReadOnlySpan<bool> values)
    {
        var bits = 0;
        for (var i = 0; i < values.Length; i++)
        {
            bits |= values[i] ? 1 << i : 0;
        }

        Number(bits);
    }

    // 0: null; 1: a new text, which follows; from 2 on: a text that was written before.
    public void Text(string? value)
    {
        if (value is null)
        {
            Number(0);
        }
        else if (_texts.TryGetValue(value, out var index))
        {
            Number(index + 2);
        }
        else
        {
            _texts[value] = _texts.Count;
            Number(1);
            output.Write(value);
        }
    }

    public void Time(Instant value) => Number((value - NodaConstants.UnixEpoch).ToInt64Nanoseconds());

    public void Span(Duration value) => Number(value.ToInt64Nanoseconds());

    public void List<T>(IReadOnlyCollection<T> items, Action<T> write)
    {
        Number(items.Count);
        foreach (var item in items)
        {
            write(item);
        }
    }

    public void Texts(ImmutableArray<string> items) => List<string>(items.IsDefault ? [] : items, Text);

    public void Map(IEnumerable<KeyValuePair<string, string>> map) => List([.. map.OrderBy(p => p.Key, StringComparer.Ordinal)], pair =>
    {
        Text(pair.Key);
        Text(pair.Value);
    });

    /// <summary>An optional value.</summary>
    public void Maybe<T>(T? value, Action<T> write)
        where T : struct
    {
        Flag(value.HasValue);
        if (value is { } present)
        {
            write(present);
        }
    }

    /// <summary>An optional object; one that several others refer to is written the first time only, and is one again when it is read.</summary>
    public void Once<T>(T? value, Action<T> write)
        where T : class
    {
        if (value is null)
        {
            Number(0);
        }
        else if (_objects.TryGetValue(value, out var index))
        {
            Number(index + 2);
        }
        else
        {
            Number(1);
            write(value);
            _objects[value] = _objects.Count;
        }
    }
}

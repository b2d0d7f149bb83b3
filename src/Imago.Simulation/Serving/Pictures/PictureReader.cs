using System.Collections.Immutable;
using NodaTime;

namespace Imago.Simulation.Serving.Pictures;

/// <summary>Reads what <see cref="PictureWriter"/> wrote.</summary>
internal sealed class PictureReader(BinaryReader input)
{
    private readonly List<string> _texts = [];
    private readonly List<object> _objects = [];

    /// <summary>The version of what is read.</summary>
    public required int Version { get; init; }

    public long Number() => input.Read7BitEncodedInt64();

    public int Count() => checked((int)Number());

    public bool Flag() => input.ReadBoolean();

    /// <summary>Flags, of which the lowest bit is the first.</summary>
    public Func<int, bool> Flags()
    {
        var bits = Number();
        return index => (bits & (1L << index)) != 0;
    }

    public string? MaybeText()
    {
        var index = Count();
        if (index == 0)
        {
            return null;
        }

        if (index == 1)
        {
            _texts.Add(input.ReadString());
            return _texts[^1];
        }

        return _texts[index - 2];
    }

    public string Text() => MaybeText() ?? throw new InvalidDataException("The picture of the simulated cluster has no text where there must be one.");

    public Instant Time() => NodaConstants.UnixEpoch + Duration.FromNanoseconds(Number());

    public Duration Span() => Duration.FromNanoseconds(Number());

    public ImmutableArray<T> List<T>(Func<T> read)
    {
        var count = Count();
        var items = ImmutableArray.CreateBuilder<T>(Math.Min(count, 1 << 16));
        for (var i = 0; i < count; i++)
        {
            items.Add(read());
        }

        return items.ToImmutable();
    }

    public ImmutableArray<string> Texts() => List(Text);

    public ImmutableArray<KeyValuePair<string, string>> Map() => List(() => KeyValuePair.Create(Text(), Text()));

    public ImmutableSortedDictionary<string, string> SortedMap() =>
        ImmutableSortedDictionary.CreateRange<string, string>(StringComparer.Ordinal, Map());

    public T? Maybe<T>(Func<T> read)
        where T : struct => Flag() ? read() : null;

    public T? Once<T>(Func<T> read)
        where T : class
    {
        var index = Count();
        if (index == 0)
        {
            return null;
        }

        if (index == 1)
        {
            var made = read();
            _objects.Add(made);
            return made;
        }

        return (T)_objects[index - 2];
    }
}

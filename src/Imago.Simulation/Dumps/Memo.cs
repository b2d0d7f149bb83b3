using System.Collections.Immutable;
using System.Text.Json;

namespace Imago.Simulation.Dumps;

/// <summary>
/// Remembers what a piece of JSON was read as. The pods of a workload repeat their labels, tolerations and affinity word for word; a hundred
/// thousand pods then share a few hundred objects. Only an economy: the result is the same without it.
/// </summary>
internal sealed class Memo<T>(Func<JsonElement, Notes, T> read)
{
    // Pieces that differ from pod to pod (a StatefulSet's labels) must not fill the memory a second time.
    private const int Limit = 8192;

    private readonly Dictionary<string, (T Value, ImmutableArray<string> Notes)> _known = new(StringComparer.Ordinal);

    public T Read(JsonElement element, Notes notes)
    {
        var text = element.Exists() ? element.GetRawText() : "";
        if (!_known.TryGetValue(text, out var entry))
        {
            var own = new Notes();
            entry = (read(element, own), own.Sentences);
            if (_known.Count < Limit)
            {
                _known[text] = entry;
            }
        }

        foreach (var note in entry.Notes)
        {
            notes.Add(note);
        }

        return entry.Value;
    }
}

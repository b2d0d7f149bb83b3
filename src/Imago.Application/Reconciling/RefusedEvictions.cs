using Imago.Domain.Clusters;
using NodaTime;

namespace Imago.Application.Reconciling;

/// <summary>
/// Evictions that the API refused a moment ago. Kept in memory only: after a crash they are asked for once more, which is harmless.
/// </summary>
internal sealed class RefusedEvictions
{
    private readonly Dictionary<ObjectKey, Instant> _until = [];

    public IReadOnlyDictionary<ObjectKey, Instant> Until => _until;

    public void Add(ObjectKey pod, Instant until) => _until[pod] = until;

    public void Forget(Instant now)
    {
        if (_until.Count == 0)
        {
            return;
        }

        foreach (var pod in _until.Where(r => r.Value <= now).Select(r => r.Key).ToList())
        {
            _until.Remove(pod);
        }
    }
}

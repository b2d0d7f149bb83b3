using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Faults.Tests.Running;

/// <summary>What is asked of the cluster, now and before.</summary>
internal sealed class Intent(ClusterSpec first, ReleaseCatalog catalog, Instant start)
{
    private readonly List<(Instant Since, ClusterSpec Spec)> _history = [(start, first)];

    public ClusterSpec Spec => _history[^1].Spec;

    /// <summary>What is known to have been released.</summary>
    public ReleaseCatalog Catalog { get; set; } = catalog;

    /// <summary>How often the archives have been signed.</summary>
    public int Edition { get; set; }

    public void Change(Instant now, ClusterSpec spec) => _history.Add((now, spec));

    /// <summary>What was asked at any moment since an instant, oldest first.</summary>
    public IEnumerable<ClusterSpec> Since(Instant instant)
    {
        for (var i = 0; i < _history.Count; i++)
        {
            if (i == _history.Count - 1 || _history[i + 1].Since >= instant)
            {
                yield return _history[i].Spec;
            }
        }
    }
}

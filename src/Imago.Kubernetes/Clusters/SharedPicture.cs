using Imago.Application.Engine;

namespace Imago.Kubernetes.Clusters;

/// <summary>
/// The picture of a cluster for all who ask within a few seconds: one is taken at a time, however many wait for it. Also that none could be taken is shared, so that a
/// cluster which does not answer is not asked by everybody anew. Safe for use from several threads.
/// </summary>
internal sealed class SharedPicture(TimeProvider clock, TimeSpan age)
{
    private readonly Lock _lock = new();
    private Task<ClusterPicture>? _picture;
    private long _endedAt;

    /// <summary>The picture: one that is fresh enough, or being taken, or another one.</summary>
    /// <param name="take">Takes one. Whoever gives up waiting does not stop it, for others may wait for it, too.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task<ClusterPicture> GetAsync(Func<Task<ClusterPicture>> take, CancellationToken cancellation)
    {
        Task<ClusterPicture> picture;
        lock (_lock)
        {
            if (_picture is null || (_picture.IsCompleted && clock.GetElapsedTime(Volatile.Read(ref _endedAt)) >= age))
            {
                Volatile.Write(ref _endedAt, clock.GetTimestamp());
                _picture = TakeAsync(take);
            }

            picture = _picture;
        }

        return picture.WaitAsync(cancellation);
    }

    private async Task<ClusterPicture> TakeAsync(Func<Task<ClusterPicture>> take)
    {
        try
        {
            return await take();
        }
        finally
        {
            Volatile.Write(ref _endedAt, clock.GetTimestamp());
        }
    }
}

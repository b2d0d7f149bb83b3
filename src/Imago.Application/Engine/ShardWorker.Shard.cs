using Imago.Application.Storage;
using NodaTime;

namespace Imago.Application.Engine;

public sealed partial class ShardWorker
{
    /// <summary>One shard that is being run. Its queue is used by its own loop and by whoever polls.</summary>
    private sealed class Shard(int number)
    {
        private readonly Lock _lock = new();
        private readonly ShardQueue _queue = new();
        private readonly HashSet<string> _open = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _failures = new(StringComparer.Ordinal);
        private readonly Dictionary<string, TaskCompletionSource> _passing = new(StringComparer.Ordinal);
        private readonly Dictionary<string, long> _unreachable = new(StringComparer.Ordinal);
        private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Number => number;

        /// <summary>Failures of the store in a row.</summary>
        public int Failures { get; set; }

        /// <summary>Clusters of the shard that are open.</summary>
        public IReadOnlyCollection<string> Open
        {
            get
            {
                lock (_lock)
                {
                    return [.. _open];
                }
            }
        }

        public bool IsOpen(string clusterKey)
        {
            lock (_lock)
            {
                return _open.Contains(clusterKey);
            }
        }

        public Instant? NextAt
        {
            get
            {
                lock (_lock)
                {
                    return _queue.NextAt;
                }
            }
        }

        /// <summary>Passes that are under way.</summary>
        public IReadOnlyCollection<Task> Passing
        {
            get
            {
                lock (_lock)
                {
                    return [.. _passing.Values.Select(p => p.Task)];
                }
            }
        }

        /// <summary>Passes that are under way, but for those of unreachable clusters, which have places of their own.</summary>
        public int Busy
        {
            get
            {
                lock (_lock)
                {
                    return _passing.Keys.Count(k => !_unreachable.ContainsKey(k));
                }
            }
        }

        /// <summary>Whether a cluster could not be reached when it was passed over last, and nobody has changed anything since.</summary>
        public bool IsUnreachable(ClusterWake wake)
        {
            lock (_lock)
            {
                return _unreachable.TryGetValue(wake.ClusterKey, out var generation) && generation == wake.Generation;
            }
        }

        /// <summary>Notes that a pass begins; <see cref="Ended"/> has to follow.</summary>
        public void Begin(ClusterWake wake)
        {
            lock (_lock)
            {
                _passing[wake.ClusterKey] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        /// <summary>A pass is over, however it ended.</summary>
        public void Ended(ClusterWake wake)
        {
            TaskCompletionSource? pass;
            lock (_lock)
            {
                _passing.Remove(wake.ClusterKey, out pass);
                _queue.Ended(wake.ClusterKey);
            }

            pass?.TrySetResult();
            Wake();
        }

        public void Offer(ClusterWake wake)
        {
            lock (_lock)
            {
                _queue.Offer(wake);
            }

            Wake();
        }

        /// <summary>Something has happened in a cluster; one that is not open is nobody's business here.</summary>
        public void Hurry(string clusterKey, Instant at)
        {
            lock (_lock)
            {
                if (!_open.Contains(clusterKey))
                {
                    return;
                }

                _queue.Hurry(clusterKey, at);
            }

            Wake();
        }

        public ClusterWake? Take(Instant now)
        {
            lock (_lock)
            {
                return _queue.Take(now);
            }
        }

        public void Plan(ClusterWake wake, Instant at)
        {
            lock (_lock)
            {
                _queue.Plan(wake, at);
            }
        }

        public void Hold(ClusterWake wake, Instant until)
        {
            lock (_lock)
            {
                _open.Remove(wake.ClusterKey);
                _queue.Hold(wake, until);
            }
        }

        /// <summary>Counts a failed pass of a cluster.</summary>
        public int Failed(string clusterKey)
        {
            lock (_lock)
            {
                return _failures[clusterKey] = _failures.GetValueOrDefault(clusterKey) + 1;
            }
        }

        /// <summary>What follows from a pass that ended.</summary>
        public void Passed(ClusterWake wake, PassResult result)
        {
            lock (_lock)
            {
                _failures.Remove(wake.ClusterKey);
                if (result.Outcome == PassOutcome.Unreachable)
                {
                    _unreachable[wake.ClusterKey] = wake.Generation;
                }
                else
                {
                    _unreachable.Remove(wake.ClusterKey);
                }

                if (result.Outcome == PassOutcome.HeldElsewhere)
                {
                    _open.Remove(wake.ClusterKey);
                    _queue.Hold(wake, result.WakeAt!.Value);
                    return;
                }

                _queue.Release(wake.ClusterKey);
                _ = result.StaysOpen ? _open.Add(wake.ClusterKey) : _open.Remove(wake.ClusterKey);

                // A cluster that was put away is the store's again: it says when the wake is due.
                _queue.Plan(wake, result.StaysOpen || result.Outcome == PassOutcome.Again ? result.WakeAt : null);
            }
        }

        public void Wake()
        {
            lock (_lock)
            {
                _woken.TrySetResult();
            }
        }

        /// <summary>Waits until it is woken, or for a while.</summary>
        public async ValueTask WaitAsync(Duration wait, TimeProvider clock, CancellationToken stopping)
        {
            Task woken;
            lock (_lock)
            {
                woken = _woken.Task;
            }

            using var done = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            await Task.WhenAny(woken, Task.Delay(wait.ToTimeSpan(), clock, done.Token));
            await done.CancelAsync();
            lock (_lock)
            {
                if (_woken.Task.IsCompleted)
                {
                    _woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
        }

        /// <summary>Waits for a while, or until a stop; being woken does not matter.</summary>
        public static async ValueTask SleepAsync(Duration wait, TimeProvider clock, CancellationToken stopping) =>
            await Task.WhenAny(Task.Delay(wait.ToTimeSpan(), clock, stopping));
    }
}

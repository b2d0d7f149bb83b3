using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Tests.Kit;

/// <summary>
/// The nodes of a cluster behind a scripted API, kept as simply as possible: a history that watches replay from their version, and that can be forgotten. It breaks watches when
/// it is told to.
/// </summary>
internal sealed class SpokenCluster
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, int> _nodes = new(StringComparer.Ordinal);
    private readonly List<(int Version, string Line)> _history = [];
    private readonly List<Channel<string>> _watches = [];
    private readonly CancellationToken _stopping;
    private int _version = 100;
    private int _forgotten = 100;

    public SpokenCluster(ScriptedApi api)
    {
        _stopping = api.Stopping;
        api.On("GET", "/api/v1/nodes", ListAsync).On("WATCH", "/api/v1/nodes", WatchAsync);
    }

    public int Lists { get; private set; }

    public int Watches { get; private set; }

    /// <summary>Names and versions.</summary>
    public IReadOnlyDictionary<string, string> Nodes
    {
        get
        {
            lock (_lock)
            {
                return _nodes.ToDictionary(n => n.Key, n => n.Value.ToString());
            }
        }
    }

    public void Set(string name)
    {
        lock (_lock)
        {
            var type = _nodes.ContainsKey(name) ? "MODIFIED" : "ADDED";
            _nodes[name] = ++_version;
            Tell(Documents.Event(type, Documents.Node(name, _version)));
        }
    }

    public void Remove(string name)
    {
        lock (_lock)
        {
            if (_nodes.Remove(name))
            {
                _version++;
                Tell(Documents.Event("DELETED", Documents.Node(name, _version)));
            }
        }
    }

    public void Bookmark()
    {
        lock (_lock)
        {
            // Something else has changed meanwhile.
            _version += 10;
            _watches.ForEach(w => w.Writer.TryWrite(Documents.Bookmark(_version)));
        }
    }

    /// <summary>What happened up to now can no longer be watched.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _forgotten = ++_version;
            _history.Clear();
        }
    }

    /// <summary>Ends all watches: as a server does that restarts, or in the middle of a line.</summary>
    public void EndWatches(string lastWords = "")
    {
        lock (_lock)
        {
            foreach (var watch in _watches)
            {
                if (lastWords.Length > 0)
                {
                    watch.Writer.TryWrite(lastWords);
                }

                watch.Writer.TryComplete();
            }

            _watches.Clear();
        }
    }

    private void Tell(string line)
    {
        _history.Add((_version, line));
        _watches.ForEach(w => w.Writer.TryWrite(line));
    }

    private Task ListAsync(HttpContext context)
    {
        string body;
        lock (_lock)
        {
            Lists++;
            body = Documents.NodeList(_version, null, [.. _nodes.Select(n => Documents.Node(n.Key, n.Value))]);
        }

        return Replies.Json(body)(context);
    }

    private Task WatchAsync(HttpContext context)
    {
        var channel = Channel.CreateUnbounded<string>();
        lock (_lock)
        {
            Watches++;
            var after = int.Parse(context.Request.Query["resourceVersion"]!);
            if (after < _forgotten)
            {
                channel.Writer.TryWrite(Documents.Expired());
                channel.Writer.Complete();
            }
            else
            {
                _history.Where(h => h.Version > after).ToList().ForEach(h => channel.Writer.TryWrite(h.Line));
                _watches.Add(channel);
            }
        }

        return Replies.Watch(channel.Reader, _stopping)(context);
    }
}

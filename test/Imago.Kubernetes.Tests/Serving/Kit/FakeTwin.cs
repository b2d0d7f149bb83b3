using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Domain.Clusters;

namespace Imago.Kubernetes.Tests.Serving.Kit;

/// <summary>A twin of plain documents: versions, conflicts and changes as they must be, and no meaning at all.</summary>
internal sealed class FakeTwin : ITwin
{
    private readonly Lock _gate = new();
    private readonly List<(ObjectKind Kind, TwinChange Change)> _changes = [];
    private readonly Dictionary<ObjectPlace, TwinObject> _objects = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _version = 100;

    /// <summary>What an eviction is refused with; null: it is done.</summary>
    public TwinRefusal? EvictionRefusal { get; set; }

    /// <summary>What was last asked of a deletion or an eviction.</summary>
    public DeletionAsked? LastAsked { get; private set; }

    /// <summary>Called before each replacement, as somebody who is faster.</summary>
    public Action? BeforeReplace { get; set; }

    /// <summary>Versions up to this are not remembered.</summary>
    public long ForgottenUpTo { get; set; }

    /// <summary>How often a watch has been told news, be they none.</summary>
    public int Told { get; private set; }

    public long Version => _version;

    /// <summary>Puts an object there, as it is.</summary>
    public TwinObject Put(ObjectKind kind, JsonObject document)
    {
        lock (_gate)
        {
            var place = PlaceOf(kind, document);
            var before = _objects.GetValueOrDefault(place);
            var uid = before?.Uid ?? (string?)document["metadata"]!["uid"] ?? $"uid-{_version + 1}";
            document["metadata"]!["uid"] = uid;
            return Change(place, before is null ? TwinChangeType.Added : TwinChangeType.Modified, document, uid, before);
        }
    }

    public void Remove(ObjectPlace place)
    {
        lock (_gate)
        {
            var before = _objects[place];
            Change(place, TwinChangeType.Deleted, before.Render(), before.Uid, before);
        }
    }

    public ValueTask<TwinList> ListAsync(ObjectKind kind, CancellationToken cancellation)
    {
        lock (_gate)
        {
            return ValueTask.FromResult(new TwinList([.. _objects.Where(o => o.Key.Kind == kind).Select(o => o.Value).OrderBy(o => o.Key)], _version));
        }
    }

    public ValueTask<TwinObject?> FindAsync(ObjectPlace place, CancellationToken cancellation)
    {
        lock (_gate)
        {
            return ValueTask.FromResult(_objects.GetValueOrDefault(place));
        }
    }

    public ValueTask<TwinAnswer> CreateAsync(ObjectKind kind, JsonObject document, bool dryRun, CancellationToken cancellation)
    {
        var name = (string?)document["metadata"]!["name"] ?? $"{document["metadata"]!["generateName"]}abcde";
        document["metadata"]!["name"] = name;
        var place = PlaceOf(kind, document);
        lock (_gate)
        {
            if (_objects.ContainsKey(place))
            {
                var resource = kind.Group.Length == 0 ? kind.Plural : $"{kind.Plural}.{kind.Group}";
                return ValueTask.FromResult<TwinAnswer>(new TwinRefusal(409, "AlreadyExists", $"{resource} \"{name}\" already exists"));
            }
        }

        document["metadata"]!["creationTimestamp"] = "2026-11-22T10:31:05Z";
        return ValueTask.FromResult<TwinAnswer>(dryRun ? Made(place, _version, document, "dry") : Put(kind, document));
    }

    public ValueTask<TwinAnswer> ReplaceAsync(ObjectKind kind, JsonObject document, string? subresource, bool dryRun, CancellationToken cancellation)
    {
        BeforeReplace?.Invoke();
        var place = PlaceOf(kind, document);
        var resource = kind.Group.Length == 0 ? kind.Plural : $"{kind.Plural}.{kind.Group}";
        lock (_gate)
        {
            if (!_objects.TryGetValue(place, out var found))
            {
                return ValueTask.FromResult<TwinAnswer>(new TwinRefusal(404, "NotFound", $"{resource} \"{place.Key.Name}\" not found"));
            }

            if ((string?)document["metadata"]!["resourceVersion"] is { } version && version != $"{found.ResourceVersion}")
            {
                return ValueTask.FromResult<TwinAnswer>(new TwinRefusal(
                    409, "Conflict", $"Operation cannot be fulfilled on {resource} \"{place.Key.Name}\": the object has been modified; please apply your changes to the latest version and try again"));
            }

            return ValueTask.FromResult<TwinAnswer>(dryRun ? Made(place, found.ResourceVersion, document, found.Uid) : Put(kind, document));
        }
    }

    public ValueTask<TwinAnswer> DeleteAsync(ObjectPlace place, DeletionAsked asked, CancellationToken cancellation)
    {
        LastAsked = asked;
        lock (_gate)
        {
            if (!_objects.TryGetValue(place, out var found))
            {
                return ValueTask.FromResult<TwinAnswer>(new TwinRefusal(404, "NotFound", $"{place.Kind.Plural} \"{place.Key.Name}\" not found"));
            }

            if (place.Kind.Plural is "pods" && asked.GracePeriod != 0)
            {
                var going = found.Render();
                going["metadata"]!["deletionTimestamp"] = "2026-11-22T10:31:10Z";
                return ValueTask.FromResult<TwinAnswer>(Put(place.Kind, going));
            }

            if (!asked.DryRun)
            {
                Remove(place);
            }

            return ValueTask.FromResult<TwinAnswer>(found);
        }
    }

    public ValueTask<TwinAnswer> EvictAsync(ObjectPlace pod, DeletionAsked asked, CancellationToken cancellation)
    {
        LastAsked = asked;
        lock (_gate)
        {
            return !_objects.TryGetValue(pod, out var found) ? ValueTask.FromResult<TwinAnswer>(new TwinRefusal(404, "NotFound", $"pods \"{pod.Key.Name}\" not found"))
                : asked.Uid is { } uid && uid != found.Uid ? ValueTask.FromResult<TwinAnswer>(new TwinRefusal(
                    409,
                    "Conflict",
                    $"Operation cannot be fulfilled on Pod \"{pod.Key.Name}\": the UID in the precondition ({uid}) does not match the UID in record ({found.Uid}). The object might have been deleted and then recreated"))
                : EvictionRefusal is { } refusal ? ValueTask.FromResult<TwinAnswer>(refusal)
                : ValueTask.FromResult<TwinAnswer>(found);
        }
    }

    public async IAsyncEnumerable<TwinNews> WatchAsync(ObjectKind kind, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (after < ForgottenUpTo)
        {
            throw new TwinHistoryGoneException($"{ForgottenUpTo}");
        }

        while (true)
        {
            TwinNews news;
            Task more;
            lock (_gate)
            {
                news = new TwinNews([.. _changes.Where(c => c.Kind == kind && c.Change.Object.ResourceVersion > after).Select(c => c.Change)], _version);
                more = _news.Task;
                Told++;
            }

            after = news.UpTo;
            yield return news;
            await more.WaitAsync(cancellation);
        }
    }

    private static ObjectPlace PlaceOf(ObjectKind kind, JsonObject document) =>
        new(kind, new ObjectKey((string?)document["metadata"]!["namespace"] ?? "", (string?)document["metadata"]!["name"] ?? ""));

    private static TwinObject Made(ObjectPlace place, long version, JsonObject document, string uid)
    {
        var copy = (JsonObject)document.DeepClone();
        copy["metadata"]!["resourceVersion"] = $"{version}";
        var labels = (copy["metadata"]!["labels"] as JsonObject)?.ToImmutableDictionary(l => l.Key, l => (string)l.Value!) ?? [];
        return new TwinObject(place.Key, uid, version, labels, () => (JsonObject)copy.DeepClone());
    }

    private TwinObject Change(ObjectPlace place, TwinChangeType type, JsonObject document, string uid, TwinObject? before)
    {
        var made = Made(place, ++_version, document, uid);
        if (type is TwinChangeType.Deleted)
        {
            _objects.Remove(place);
        }
        else
        {
            _objects[place] = made;
        }

        _changes.Add((place.Kind, new TwinChange(type, made, before)));
        var told = _news;
        _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        told.SetResult();
        return made;
    }
}

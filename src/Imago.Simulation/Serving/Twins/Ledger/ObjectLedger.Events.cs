using System.Globalization;
using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Events;
using NodaTime;

namespace Imago.Simulation.Serving.Twins.Ledger;

/// <summary>Events: what the world tells by itself, and what its upgrades tell.</summary>
internal sealed partial class ObjectLedger
{
    /// <summary>UP-136: events are kept one hour.</summary>
    public static Duration EventsKept { get; } = Duration.FromHours(1);

    private readonly Queue<LedgerEntry> _events = new();

    /// <summary>Whether an event is not kept any more, although nothing has happened since that would have removed it.</summary>
    public static bool IsOver(LedgerEntry entry, Instant now) => entry.Kind == TwinKind.Events && entry.ChangedAt + EventsKept <= now;

    /// <summary>Tells what upgrades tell. UP-136: source component <c>upgrader</c>, namespace <c>default</c>; the same line told again is the same event.</summary>
    public void Tell(IEnumerable<ClusterEvent> events)
    {
        foreach (var told in events)
        {
            var key = new ObjectKey("default", $"{told.Node}.{new Seed(1).Fork(told.Id).Bits:x16}");
            if (Find(TwinKind.Events, key) is { } known)
            {
                if (!IsOver(known, Now))
                {
                    continue;
                }

                Remove(known);
            }

            // The name in the place of the UID, as kubelets do it: a reimaged node has another one, and `kubectl describe node` has to go on telling its story.
            AddEvent(key, new ToldEvent(told.Node, told.Node, told.Reason, told.Message, told.IsWarning, "upgrader"));
        }
    }

    /// <summary>Enters an event, and removes those that are over: nothing happens in a world only because an hour is.</summary>
    public LedgerEntry AddEvent(ObjectKey key, ToldEvent? told, JsonObject? document = null)
    {
        while (_events.TryPeek(out var oldest) && (IsOver(oldest, Now) || Find(TwinKind.Events, oldest.Key) != oldest))
        {
            _events.Dequeue();
            if (Find(TwinKind.Events, oldest.Key) == oldest)
            {
                Remove(oldest);
            }
        }

        var entry = Add(TwinKind.Events, key, source: told, document: document);
        _events.Enqueue(entry);
        return entry;
    }

    private void TellOfNode(string node, string uid, string reason, string message, string component)
    {
        var key = new ObjectKey("default", $"{node}.{Version + 1:x16}");
        AddEvent(key, new ToldEvent(node, uid, reason, string.Format(CultureInfo.InvariantCulture, message, node), IsWarning: false, component));
    }
}

/// <summary>An event that the twin itself tells about a node.</summary>
internal sealed record ToldEvent(string Node, string Uid, string Reason, string Message, bool IsWarning, string Component);

using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Selecting;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving.Watching;

/// <summary>The events of one watch, written as they happen. Nothing is fetched for a watcher that has not read what it was sent before.</summary>
internal sealed class WatchStream(HttpResponse response, ObjectView view, Selection selection, TimeProvider clock, TimeSpan slowest, CancellationToken cancellation)
{
    // So much is held for a watcher, beside what the connection holds.
    private const int FlushAt = 64 * 1024;

    private static readonly byte[] LineEnd = [(byte)'\n'];

    private bool _hasColumns;
    private int _unflushed;

    /// <summary>Changes up to it have been told, or do not concern the watch.</summary>
    public long UpTo { get; set; }

    /// <summary>The objects that are there when the watch begins.</summary>
    public async Task BeginAsync(TwinList list)
    {
        foreach (var item in list.Items)
        {
            if (selection.Matches(item))
            {
                Write("ADDED", item.Render());
                await FlushIfMuchAsync();
            }
        }

        UpTo = list.ResourceVersion;
        await FlushAsync();
    }

    /// <summary>What a change is to this watch: an object that stops to match is deleted for it, one that begins to is new.</summary>
    public async Task TellAsync(TwinNews news)
    {
        foreach (var change in news.Changes)
        {
            // What a watch that begins in the future has not reached yet.
            if (change.Object.ResourceVersion <= UpTo)
            {
                continue;
            }

            var matches = change.Type is not TwinChangeType.Deleted && selection.Matches(change.Object);
            var matched = change.Type is not TwinChangeType.Added && selection.Matches(change.Before ?? change.Object);
            switch (matched, matches)
            {
                case (false, true):
                    Write("ADDED", change.Object.Render());
                    break;
                case (true, true):
                    Write("MODIFIED", change.Object.Render());
                    break;
                case (true, false):
                    Write("DELETED", LastSeen(change));
                    break;
            }

            await FlushIfMuchAsync();
        }

        UpTo = Math.Max(UpTo, news.UpTo);
        await FlushAsync();
    }

    public async Task BookmarkAsync(bool endsInitialEvents = false)
    {
        WriteEvent("BOOKMARK", view.Bookmark(UpTo, endsInitialEvents));
        await FlushAsync();
    }

    public async Task ErrorAsync(StatusDocument status)
    {
        WriteEvent("ERROR", status.ToJson());
        await FlushAsync();
    }

    // As the watcher knew it, at the version at which it went.
    private static JsonObject LastSeen(TwinChange change)
    {
        var document = (change.Type is TwinChangeType.Deleted ? change.Object : change.Before!).Render();
        if (document["metadata"] is JsonObject metadata)
        {
            metadata["resourceVersion"] = change.Object.ResourceVersion.ToString();
        }

        return document;
    }

    private void Write(string type, JsonObject document)
    {
        WriteEvent(type, view.At(clock.GetUtcNow()).One(document, withColumns: !_hasColumns));
        _hasColumns = true;
    }

    private void WriteEvent(string type, JsonObject what)
    {
        var bytes = JsonForm.Bytes(new JsonObject { ["type"] = type, ["object"] = what });
        bytes.CopyTo(response.BodyWriter.GetMemory(bytes.Length));
        response.BodyWriter.Advance(bytes.Length);
        LineEnd.CopyTo(response.BodyWriter.GetMemory(1));
        response.BodyWriter.Advance(1);
        _unflushed += bytes.Length + 1;
    }

    private Task FlushIfMuchAsync() => _unflushed < FlushAt ? Task.CompletedTask : FlushAsync();

    private async Task FlushAsync()
    {
        _unflushed = 0;
        try
        {
            await response.BodyWriter.FlushAsync(cancellation).AsTask().WaitAsync(slowest, clock, cancellation);
        }
        catch (TimeoutException)
        {
            // It can list and begin anew once it reads again; until then it would hold memory of the server. The answer has begun, so this ends it.
            throw new RefusedException(new StatusDocument(StatusCodes.Status504GatewayTimeout, "Timeout", $"the watcher has read nothing for {slowest.TotalSeconds:0} s"));
        }
    }
}

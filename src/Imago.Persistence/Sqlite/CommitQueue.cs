using System.Collections.Concurrent;
using Imago.Application.Storage;
using Imago.Persistence.Writing;
using Microsoft.Data.Sqlite;

namespace Imago.Persistence.Sqlite;

/// <summary>
/// The one writer of a SQLite file. Whoever waits is written together with all others who wait, in one transaction and with one flush to the disk: a flush of some
/// milliseconds then bounds the latency and not the number of writes in a second. Each piece of work has a savepoint of its own, so that one that is refused or
/// fails takes nothing of the others with it; nobody is answered before the commit.
/// </summary>
internal sealed class CommitQueue : IDisposable
{
    // Longer groups would only delay their first members: at this length the flush is a small part of the whole.
    private const int LongestGroup = 256;

    private readonly BlockingCollection<Work> waiting = new();
    private readonly SqliteConnection connection;
    private readonly StoreSession session;
    private readonly Func<Exception, StoreUnavailableException?> unavailable;
    private readonly Thread writer;

    /// <summary>Takes over an open connection.</summary>
    public CommitQueue(SqliteConnection connection, string dataFile)
    {
        this.connection = connection;
        session = new SqliteSession(connection, CancellationToken.None);
        unavailable = e => SqliteFaults.Unavailable(e, dataFile);

        // A thread of its own: SQLite only has calls that block, and those that wait for the disk should not hold up the thread pool.
        writer = new Thread(WriteUntilClosed) { IsBackground = true, Name = "imago-store-writer" };
        writer.Start();
    }

    public async ValueTask<T> WriteAsync<T>(Func<StoreSession, ValueTask<Change<T>>> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var item = new Work<T>(work, cancellation);
        try
        {
            waiting.Add(item, CancellationToken.None);
        }
        catch (InvalidOperationException exception)
        {
            throw new StoreUnavailableException("The store has been closed.", exception);
        }

        return await item.Answer;
    }

    /// <summary>Writes what waits, then closes the connection.</summary>
    public void Dispose()
    {
        waiting.CompleteAdding();
        writer.Join();
        session.Dispose();
        connection.Dispose();
        waiting.Dispose();
    }

    private void WriteUntilClosed()
    {
        var group = new List<Work>(LongestGroup);
        foreach (var first in waiting.GetConsumingEnumerable())
        {
            group.Add(first);
            while (group.Count < LongestGroup && waiting.TryTake(out var next))
            {
                group.Add(next);
            }

            WriteGroup(group);
            group.Clear();
        }
    }

    private void WriteGroup(List<Work> group)
    {
        try
        {
            Execute("BEGIN IMMEDIATE");
            foreach (var work in group)
            {
                Execute("SAVEPOINT work");
                if (!work.Run(session))
                {
                    if (SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) != 0)
                    {
                        // A full or failing disk: SQLite has undone the whole transaction by itself.
                        Fail(group, work.Failure!);
                        return;
                    }

                    Execute("ROLLBACK TO work");
                }

                Execute("RELEASE work");
            }

            Execute("COMMIT");
        }
        catch (SqliteException exception)
        {
            Undo();
            Fail(group, exception);
            return;
        }

        group.ForEach(w => w.Finish(unavailable));
    }

    private void Fail(List<Work> group, Exception exception)
    {
        Exception failure = unavailable(exception) is { } known ? known : exception;
        group.ForEach(w => w.Fail(failure));
    }

    private void Undo()
    {
        try
        {
            Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has already undone it by itself.
        }
    }

    // Microsoft.Data.Sqlite has no asynchronous calls: the task has always ended when it is returned.
    private void Execute(string sql) => session.ExecuteAsync(sql).AsTask().GetAwaiter().GetResult();

    private abstract class Work
    {
        /// <summary>What the last run ended with, if it did not end well.</summary>
        public Exception? Failure { get; protected set; }

        /// <summary>Whether what it wrote is to be kept.</summary>
        public abstract bool Run(StoreSession session);

        /// <summary>The group is durable: answers the caller.</summary>
        public abstract void Finish(Func<Exception, StoreUnavailableException?> unavailable);

        /// <summary>The group was undone.</summary>
        public abstract void Fail(Exception exception);
    }

    private sealed class Work<T>(Func<StoreSession, ValueTask<Change<T>>> work, CancellationToken cancellation) : Work
    {
        private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;

        public Task<T> Answer => answer.Task;

        public override bool Run(StoreSession session)
        {
            Failure = null;
            if (cancellation.IsCancellationRequested)
            {
                Failure = new OperationCanceledException(cancellation);
                return false;
            }

            try
            {
                var change = work(session).AsTask().GetAwaiter().GetResult();
                result = change.Result;
                return change.Keep;
            }
#pragma warning disable CA1031 // Whatever it is, it belongs to this caller; if it ended the transaction, going back to the savepoint fails for all.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Failure = exception;
                return false;
            }
        }

        public override void Finish(Func<Exception, StoreUnavailableException?> unavailable)
        {
            if (Failure is null)
            {
                answer.SetResult(result!);
            }
            else if (Failure is OperationCanceledException)
            {
                answer.SetCanceled(cancellation);
            }
            else
            {
                answer.SetException(unavailable(Failure) ?? Failure);
            }
        }

        public override void Fail(Exception exception) => answer.SetException(exception);
    }
}

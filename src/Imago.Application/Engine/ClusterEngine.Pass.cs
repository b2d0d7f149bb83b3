using System.Collections.Immutable;
using Imago.Application.Engine.Noting;
using Imago.Application.Engine.Operations;
using Imago.Application.History;
using Imago.Application.Storage;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Application.Engine;

// One pass over a cluster that is open.
public sealed partial class ClusterEngine
{
    private sealed class Pass(ClusterEngine engine, StoredCluster stored, PassChanges changes, OpenCluster open, StoredOperation? detaching)
    {
        private readonly ReleaseCatalog _catalog = engine._catalog.Current;
        private StoredCluster _stored = stored;
        private PassChanges _changes = changes;

        /// <summary>Whether nothing is under way in the cluster; known once the pass has run.</summary>
        public bool IsQuiet { get; private set; }

        /// <summary>Runs it. Again: somebody else wrote first, so the same from the beginning. Keep: something happens in the cluster.</summary>
        public async ValueTask<(bool Again, Instant? WakeAt, bool Keep)> RunAsync(CancellationToken cancellation)
        {
            // UP-25: before it is planned what a pool has room for.
            await engine.NoteLimitsAsync(_stored, open, _changes, cancellation);
            var intent = engine._intents.Read(_stored.Resources, engine.Now());
            Endings.BeginAborts(_changes);
            var (writes, imageless) = Shapes.Prepare(_stored, intent, _catalog, _changes.Open, engine.Now());
            foreach (var write in writes)
            {
                _changes.Write(write);
            }

            // What is about to be made is written down before: a crash must not make it in two ways.
            if (!writes.IsEmpty || _changes.Any)
            {
                if (!await CommitAsync(cancellation))
                {
                    return (true, null, true);
                }

                if (!await RereadAsync(cancellation))
                {
                    return (true, null, true);
                }

                intent = engine._intents.Read(_stored.Resources, engine.Now());
            }

            await open.Hosted.AdvanceAsync(cancellation);
            bool? shaped = null;
            if (_changes.Open.Any(o => o.Kind.Shapes()))
            {
                // The nodes of an attached cluster are its owner's: there is nothing to make.
                shaped = _stored.Attached || (await open.Hosted.ShapeAsync(Shapes.Of(_stored, intent, _changes.Open), cancellation)).Done;
            }

            // The ends of rollouts are noted before the reconciler may put others in their place.
            var frame = await ObserveAsync(intent, shaped, imageless, cancellation);
            if (NoteRollouts(frame) && (!await CommitAsync(cancellation) || !await RereadAsync(cancellation)))
            {
                return (true, null, true);
            }

            var before = frame.Input.View;
            var wake = await ReconcileAsync(intent, frame, shaped, cancellation);
            frame = await ObserveAsync(engine._intents.Read(_stored.Resources, engine.Now()), shaped, imageless, cancellation);
            NoteRollouts(frame);
            Endings.Decide(frame);
            var targets = await TargetsAsync(cancellation);
            Endings.DecideAborts(_changes, id => targets.GetValueOrDefault(id), frame.Now);
            StatusNotes.Note(frame);
            AttachedPools.Note(frame);
            IsQuiet = Detachment.IsQuiet(frame.Input.Records.Values);
            if ((_changes.Any || open.Recorder.HasPending) && !await CommitAsync(cancellation))
            {
                return (true, null, true);
            }

            engine._metrics.Update(frame, _changes);
            return Next(wake, frame, shaped, _changes.Open.Count > 0, moved: !ReferenceEquals(before, frame.Input.View));
        }

        private async ValueTask<Instant?> ReconcileAsync(ClusterIntent intent, NotingFrame frame, bool? shaped, CancellationToken cancellation)
        {
            // UP-62: one operation at a time. While nodes are made or removed no rollout begins; one that is under way goes on.
            if (shaped == false && frame.Input.Records.Values.All(r => r.Ended))
            {
                return null;
            }

            // A cluster that is being let go gets nothing new.
            if (detaching is not null && Detachment.IsQuiet(frame.Input.Records.Values))
            {
                return null;
            }

            var spec = Asked(intent.Spec, frame.Input.Records);
            return await open.Reconciler.ReconcileAsync(spec, _catalog, cancellation);
        }

        private (bool Again, Instant? WakeAt, bool Keep) Next(Instant? wake, NotingFrame frame, bool? shaped, bool busy, bool moved)
        {
            var now = engine.Now();
            var happening = open.Hosted.NextHappening;
            var next = Earlier(wake, happening is { } at ? Instant.Max(at, now) + engine._options.ChangeCoalescing : null);
            if (shaped == false && happening is null)
            {
                next = Earlier(next, now + engine._options.ShapeRetry);
            }

            // What has just ended may let something else begin.
            if (_changes.Ended.Any())
            {
                next = Earlier(next, now);
            }

            // Our own actions are changes like any other: after a cordon comes the first eviction, and nothing else would say so.
            var rolling = frame.Input.Records.Values.Any(r => !r.Ended && !StatusNotes.IsAtRest(r, frame.Spec, now));
            if (moved && rolling)
            {
                next = Earlier(next, now + engine._options.ChangeCoalescing);
            }

            var underWay = happening is not null || rolling;
            return (false, next, underWay || (busy && shaped == false));
        }

        private static Instant? Earlier(Instant? one, Instant? other) => one is { } a && other is { } b ? Instant.Min(a, b) : one ?? other;

        private ClusterSpec Asked(ClusterSpec spec, ImmutableSortedDictionary<string, RolloutRecord> records) => detaching is null
            ? AskedSpec.With(spec, _stored, _changes.Open, records, Served)
            : Detachment.Of(spec, detaching, records);

        private bool Served(string operation, string pool) => open.Transitions.ContainsKey((operation, pool));

        private async ValueTask<NotingFrame> ObserveAsync(ClusterIntent intent, bool? shaped, ImmutableSortedDictionary<string, string> imageless, CancellationToken cancellation)
        {
            var records = (await open.Hosted.Connection.ReadRecordsAsync(cancellation)).ToImmutableSortedDictionary(r => r.Key, r => r.Value.Record, StringComparer.Ordinal);
            var view = await open.Hosted.Connection.ObserveAsync(cancellation);
            await LearnAsync(records, cancellation);
            return new NotingFrame
            {
                Changes = _changes,
                Stored = _stored,
                Intent = intent,
                Input = new ClusterInput
                {
                    Now = engine.Now(),
                    View = view,
                    Spec = Asked(intent.Spec, records),
                    Catalog = _catalog,
                    Records = records,
                    Epoch = open.Lease.Epoch,
                },
                Shaped = shaped,
                Imageless = imageless,
                Transitions = open.Transitions,
                KeepEmptyPools = engine._options.KeepEmptyPools,
            };
        }

        /// <summary>Reads what the store knows of rollouts that this process has not heard of yet.</summary>
        private async ValueTask LearnAsync(ImmutableSortedDictionary<string, RolloutRecord> records, CancellationToken cancellation)
        {
            foreach (var record in records.Values.Where(r => !open.Noted.ContainsKey(r.Id)))
            {
                if (await engine._store.FindRolloutAsync(_stored.Key, record.Id, cancellation) is { } known)
                {
                    open.Noted[record.Id] = new NotedRollout(NotedRollout.OutlineOf(RecordText.Read(known.Record)), known.EndedAt is not null);
                    open.Recorder.GoOn(record.Id, await LastDecisionAsync(record.Id, cancellation));
                }

                if (await engine._store.FindOperationAsync(RolloutNotes.OperationOf(_stored.Key, record), cancellation) is { } operation)
                {
                    _changes.Know(operation);
                }
            }

            foreach (var transition in _changes.Open.Where(o => o.Kind == OperationKind.ChannelTransition && open.LookedUp.Add(o.Id)).ToList())
            {
                await LookUpAsync(transition, cancellation);
            }
        }

        private async ValueTask<int> LastDecisionAsync(string rollout, CancellationToken cancellation)
        {
            const int PageSize = 500;
            var last = 0;
            while (await engine._store.DecisionsAsync(_stored.Key, rollout, last, PageSize, cancellation) is { Length: > 0 } page)
            {
                last = page[^1].Number;
            }

            return last;
        }

        private async ValueTask LookUpAsync(StoredOperation transition, CancellationToken cancellation)
        {
            const int PageSize = 100;
            string? after = null;
            do
            {
                var page = await engine._store.RolloutsAsync(_stored.Key, after, PageSize, cancellation);
                foreach (var rollout in page.Items.Where(r => r.EndedAt is not null && string.Equals(r.OperationId, transition.Id, StringComparison.Ordinal)))
                {
                    open.Transitions[(transition.Id, rollout.Pool)] = rollout;
                }

                // Newest first: what began before the transition is none of it.
                after = page.Items.Any(r => r.StartedAt < transition.StartedAt) ? null : page.Next;
            }
            while (after is not null);
        }

        /// <summary>Notes what the records say; true: there is something to write.</summary>
        private bool NoteRollouts(NotingFrame frame)
        {
            foreach (var record in frame.Input.Records.Values)
            {
                open.Noted[record.Id] = RolloutNotes.Note(frame, record, open.Noted.GetValueOrDefault(record.Id));
            }

            return _changes.Any;
        }

        private async ValueTask<bool> CommitAsync(CancellationToken cancellation)
        {
            var decisions = open.Recorder.Pending;
            var batch = _changes.ToBatch(open.Lease, decisions);
            CommitOutcome outcome;
            try
            {
                outcome = await engine._store.CommitAsync(batch, cancellation);
            }
            catch
            {
                // Whether it is stored is not known; what is noted has to be compared with the store again.
                open.Noted.Clear();
                throw;
            }

            if (!outcome.Committed)
            {
                LogConflict(engine._logger, _stored.Key, outcome.Conflict ?? "");
                open.Noted.Clear();
                if (string.Equals(outcome.Conflict, "fence", StringComparison.Ordinal))
                {
                    await engine.CloseAsync(_stored.Key);
                }

                return false;
            }

            open.Recorder.Written(decisions.Length);
            foreach (var rollout in batch.Rollouts.Where(r => r.EndedAt is not null && r.Trigger == nameof(RolloutTrigger.ChannelTransition) && r.OperationId is not null))
            {
                open.Transitions[(rollout.OperationId!, rollout.Pool)] = rollout;
            }

            return true;
        }

        // After a commit the versions have grown; what follows is decided on what is stored now.
        private async ValueTask<bool> RereadAsync(CancellationToken cancellation)
        {
            if (StoredCluster.Of(await engine._store.ClusterAsync(_stored.Key, cancellation)) is not { } now)
            {
                return false;
            }

            _stored = now;
            _changes = new PassChanges(await engine._store.OpenOperationsAsync(_stored.Key, cancellation));
            return true;
        }

        private async ValueTask<Dictionary<string, StoredOperation>> TargetsAsync(CancellationToken cancellation)
        {
            var found = new Dictionary<string, StoredOperation>(StringComparer.Ordinal);
            foreach (var abort in _changes.Open.Where(o => o.Kind == OperationKind.Abort))
            {
                if (abort.TargetOperationId is { } id && _changes.Find(id) is null && await engine._store.FindOperationAsync(id, cancellation) is { } target)
                {
                    found[id] = target;
                }
            }

            return found;
        }
    }
}

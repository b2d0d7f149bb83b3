using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Application.History.Json;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Application.History;

/// <summary>What a decision was made from, as the change since the decision before; or all of it.</summary>
internal sealed record DecisionInput
{
    /// <summary>Whether it holds everything, and nothing before it is needed.</summary>
    public bool Full { get; init; }

    public required Instant Now { get; init; }

    public required long Epoch { get; init; }

    /// <summary>The specification; null: as before.</summary>
    public ClusterSpec? Spec { get; init; }

    /// <summary>The releases; null: as before.</summary>
    public CatalogFacts? Catalog { get; init; }

    public ImmutableArray<Node>? Nodes { get; init; }

    public ImmutableArray<string>? NodesGone { get; init; }

    public ImmutableArray<Pod>? Pods { get; init; }

    public ImmutableArray<ObjectKey>? PodsGone { get; init; }

    public ImmutableArray<DisruptionBudget>? Budgets { get; init; }

    public ImmutableArray<ObjectKey>? BudgetsGone { get; init; }

    /// <summary>The change of the records by pool, as a merge patch; null: none.</summary>
    public JsonObject? Records { get; init; }

    public ImmutableArray<ProviderOperation>? Operations { get; init; }

    /// <summary>Pods whose eviction was refused, all of them; null: as before.</summary>
    public ImmutableArray<RefusedPod>? Refused { get; init; }

    /// <summary>What changed from one input to the next; everything when there is none before.</summary>
    /// <param name="before">The input of the decision before, with the texts of its specification and its releases.</param>
    /// <param name="now">The input.</param>
    public static (DecisionInput Change, RememberedInput Now) Between(RememberedInput? before, ClusterInput now)
    {
        var facts = CatalogFacts.Of(now);
        var remembered = new RememberedInput(
            now,
            before is not null && ReferenceEquals(before.Input.Spec, now.Spec) ? before.Spec : JsonSerializer.Serialize(now.Spec, HistoryJson.Options),
            JsonSerializer.Serialize(facts, HistoryJson.Options));
        var change = Between(before?.Input, now) with
        {
            Spec = remembered.Spec == before?.Spec ? null : now.Spec,
            Catalog = remembered.Catalog == before?.Catalog ? null : facts,
        };
        return (change, remembered);
    }

    private static DecisionInput Between(ClusterInput? before, ClusterInput now)
    {
        var view = before?.View ?? ClusterView.Empty;
        return new DecisionInput
        {
            Full = before is null,
            Now = now.Now,
            Epoch = now.Epoch,
            Nodes = Some(now.View.Nodes.Values.Where(n => !ReferenceEquals(view.Nodes.GetValueOrDefault(n.Name), n)).OrderBy(n => n.Name, StringComparer.Ordinal)),
            NodesGone = Some(view.Nodes.Keys.Where(n => !now.View.Nodes.ContainsKey(n)).Order(StringComparer.Ordinal)),
            Pods = Some(now.View.Pods.Values.Select(e => e.Pod).Where(p => !ReferenceEquals(view.Pods.GetValueOrDefault(p.Key)?.Pod, p)).OrderBy(p => p.Key)),
            PodsGone = Some(view.Pods.Keys.Where(p => !now.View.Pods.ContainsKey(p)).Order()),
            Budgets = Some(now.View.Budgets.Values.Where(b => !ReferenceEquals(view.Budgets.GetValueOrDefault(b.Key), b)).OrderBy(b => b.Key)),
            BudgetsGone = Some(view.Budgets.Keys.Where(b => !now.View.Budgets.ContainsKey(b)).Order()),
            Records = MergePatch.Between(RecordsOf(before), RecordsOf(now)),
            Operations = Some(now.Operations.Values.Select(static o => Decisive(o)).Where(o => Decisive(before?.Operations.GetValueOrDefault(o.Id)) != o).OrderBy(o => o.Id, StringComparer.Ordinal)),
            Refused = Same(before?.Refused, now.Refused) ? null : [.. now.Refused.OrderBy(r => r.Key).Select(r => new RefusedPod(r.Key, r.Value))],
        };
    }

    /// <summary>The input that follows one after this change.</summary>
    public ClusterInput After(ClusterInput? before)
    {
        if (before is null && !Full)
        {
            throw new JsonException("The first decision of a history has to hold everything.");
        }

        var start = Full ? null : before;
        var view = start?.View ?? ClusterView.Empty;
        view = start is null
            ? ClusterView.Of(Nodes ?? [], Pods ?? [], Budgets ?? [])
            : Changes().Aggregate(view, static (seen, change) => seen.Apply(change));
        var operations = (start?.Operations ?? ImmutableDictionary<string, ProviderOperation>.Empty).ToImmutableDictionary(StringComparer.Ordinal);
        return new ClusterInput
        {
            Now = Now,
            Epoch = Epoch,
            Spec = Spec ?? start!.Spec,
            Catalog = Catalog?.ToCatalog() ?? start!.Catalog,
            View = view,
            Records = Records is null && start is not null ? start.Records : RecordsFrom(MergePatch.Apply(RecordsOf(start), Records ?? [])),
            Operations = operations.SetItems((Operations ?? []).Select(o => KeyValuePair.Create(o.Id, o))),
            Refused = Refused?.ToImmutableDictionary(r => r.Pod, r => r.Until) ?? start?.Refused ?? ImmutableDictionary<ObjectKey, Instant>.Empty,
        };
    }

    // Progress is for people; a history that kept every per cent would hold little else.
    [return: NotNullIfNotNull(nameof(operation))]
    private static ProviderOperation? Decisive(ProviderOperation? operation) => operation is { Progress: not null } ? operation with { Progress = null } : operation;

    /// <summary>Records by pool as one object.</summary>
    public static JsonObject RecordsOf(ClusterInput? input) => new((input?.Records ?? ImmutableSortedDictionary<string, RolloutRecord>.Empty)
        .Select(r => KeyValuePair.Create(r.Key, JsonSerializer.SerializeToNode(r.Value, HistoryJson.Options))));

    private static ImmutableSortedDictionary<string, RolloutRecord> RecordsFrom(JsonObject records) =>
        records.ToImmutableSortedDictionary(r => r.Key, r => r.Value.Deserialize<RolloutRecord>(HistoryJson.Options)!, StringComparer.Ordinal);

    private IEnumerable<ClusterChange> Changes() =>
        (NodesGone ?? []).Select(n => (ClusterChange)new ClusterChange.NodeGone(n))
            .Concat((PodsGone ?? []).Select(p => new ClusterChange.PodGone(p)))
            .Concat((BudgetsGone ?? []).Select(b => new ClusterChange.BudgetGone(b)))
            .Concat((Nodes ?? []).Select(n => new ClusterChange.NodeSeen(n)))
            .Concat((Budgets ?? []).Select(b => new ClusterChange.BudgetSeen(b)))
            .Concat((Pods ?? []).Select(p => new ClusterChange.PodSeen(p)));

    private static ImmutableArray<T>? Some<T>(IEnumerable<T> items) => items.ToImmutableArray() is { IsEmpty: false } some ? some : null;

    private static bool Same(IReadOnlyDictionary<ObjectKey, Instant>? before, IReadOnlyDictionary<ObjectKey, Instant> now) =>
        (before?.Count ?? 0) == now.Count && now.All(r => before!.TryGetValue(r.Key, out var until) && until == r.Value);
}

/// <summary>The input of a decision, with what is compared as text.</summary>
internal sealed record RememberedInput(ClusterInput Input, string Spec, string Catalog);

/// <summary>A pod whose eviction was refused, and from when it may be asked for again.</summary>
internal sealed record RefusedPod(ObjectKey Pod, Instant Until);

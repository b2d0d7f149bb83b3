using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Clusters;

/// <summary>A view built change by change equals one built from scratch, with every index.</summary>
public sealed class ClusterViewProperties
{
    private static readonly Config Deterministic = Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20260701, 1).WithEndSize(60);

    private static readonly ImmutableDictionary<string, string>[] Labels =
    [
        ImmutableDictionary<string, string>.Empty.Add("app", "web"), ImmutableDictionary<string, string>.Empty.Add("app", "db"), ImmutableDictionary<string, string>.Empty,
    ];

    // Few names, so that changes meet.
    private static Gen<ClusterChange[]> Changes => Gen.OneOf(
        from name in Gen.Elements("n1", "n2", "n3")
        from pool in Gen.Elements("a", "b")
        from marked in Gen.Elements(true, false)
        from steered in Gen.Elements(true, false)
        from version in Gen.Elements("1", "2")
        select (ClusterChange)new ClusterChange.NodeSeen(new Node
        {
            Name = name,
            Uid = name,
            Pool = pool,
            Image = NodeImage.Parse("x"),
            ResourceVersion = version,
            SteeredAway = steered,
            Mark = marked ? new CordonMark("r1", "because", Instant.FromUtc(2026, 7, 1, 0, 0), WasUnschedulable: false) : null,
        }),
        from name in Gen.Elements("n1", "n2", "n3")
        select (ClusterChange)new ClusterChange.NodeGone(name),
        from key in PodKeys
        from node in Gen.Elements<string?>("n1", "n2", "n3", null)
        from app in Gen.Elements(Labels)
        from terminating in Gen.Elements(true, false)
        from kind in Gen.Elements("ReplicaSet", "DaemonSet")
        select (ClusterChange)new ClusterChange.PodSeen(new Pod
        {
            Key = key, Uid = key.Name, NodeName = node, Labels = app, Terminating = terminating, Owner = new WorkloadRef(kind, "o"),
        }),
        from key in PodKeys
        select (ClusterChange)new ClusterChange.PodGone(key),
        from ns in Gen.Elements("s1", "s2")
        from name in Gen.Elements("b1", "b2")
        from selector in Gen.Elements(LabelSelector.OfLabels([new("app", "web")]), LabelSelector.Of([]), LabelSelector.Nothing)
        from allowed in Gen.Elements(0, 1)
        select (ClusterChange)new ClusterChange.BudgetSeen(new DisruptionBudget { Key = new ObjectKey(ns, name), Selector = selector, DisruptionsAllowed = allowed }),
        from ns in Gen.Elements("s1", "s2")
        from name in Gen.Elements("b1", "b2")
        select (ClusterChange)new ClusterChange.BudgetGone(new ObjectKey(ns, name)))
        .ArrayOf();

    private static Gen<ObjectKey> PodKeys =>
        from ns in Gen.Elements("s1", "s2")
        from name in Gen.Elements("p1", "p2", "p3")
        select new ObjectKey(ns, name);

    [Fact]
    public void Apply_AnySequenceOfChanges_EqualsTheViewBuiltFromScratch() =>
        Prop.ForAll(Changes.ToArbitrary(), changes =>
        {
            var view = changes.Aggregate(ClusterView.Empty, (v, c) => v.Apply(c));
            var scratch = ClusterView.Of(view.Nodes.Values, view.Pods.Values.Select(p => p.Pod), view.Budgets.Values);

            Describe(view).ShouldBe(Describe(scratch));
        }).Check(Deterministic);

    [Fact]
    public void Apply_TheSameChangeAgain_GivesTheSameView() =>
        Prop.ForAll(Changes.ToArbitrary(), changes =>
        {
            var view = ClusterView.Empty;
            foreach (var change in changes)
            {
                view = view.Apply(change);
                view.Apply(change).ShouldBeSameAs(view);
            }
        }).Check(Deterministic);

    [Fact]
    public void Of_ObjectsInAnyOrder_GivesTheSameView() =>
        Prop.ForAll(Changes.ToArbitrary(), changes =>
        {
            var view = changes.Aggregate(ClusterView.Empty, (v, c) => v.Apply(c));
            var pods = view.Pods.Values.Select(p => p.Pod).OrderBy(p => p.Key).ToList();
            var forth = ClusterView.Of(view.Nodes.Values, pods, view.Budgets.Values);
            var back = ClusterView.Of(view.Nodes.Values.Reverse(), Enumerable.Reverse(pods), view.Budgets.Values.Reverse());

            Describe(back).ShouldBe(Describe(forth));
        }).Check(Deterministic);

    // Every index in one text, so that a difference is readable.
    private static string Describe(ClusterView view)
    {
        var lines = new List<string>();
        foreach (var pool in view.Pools)
        {
            lines.Add($"pool {pool}: {string.Join(", ", view.NodesOf(pool).Values.Select(n => $"{n.Name}@{n.ResourceVersion}"))}; marked {string.Join(", ", view.MarkedIn(pool))}; steered {string.Join(", ", view.SteeredIn(pool))}");
        }

        foreach (var node in new[] { "n1", "n2", "n3" })
        {
            var load = view.LoadOf(node);
            lines.Add($"{node}: {string.Join(", ", view.PodsOn(node).Select(p => $"{p.Pod.Key}[{string.Join(' ', p.Budgets)}]"))}; "
                + $"{load.Pods} to leave, {load.CoveredTwice} twice, {load.LongestGrace}, {string.Join(", ", load.Demands)}");
        }

        lines.AddRange(view.Pods.Values.OrderBy(p => p.Pod.Key).Select(p => $"{p.Pod.Key} on {p.Pod.NodeName}: {string.Join(' ', p.Budgets)}"));
        lines.AddRange(view.Budgets.Values.OrderBy(b => b.Key).Select(b => $"{b.Key} allows {b.DisruptionsAllowed}"));
        return string.Join(Environment.NewLine, lines);
    }
}

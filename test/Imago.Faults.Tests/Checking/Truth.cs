using System.Collections.Immutable;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Faults.Tests.Generating;
using Imago.Faults.Tests.Running;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Faults.Tests.Checking;

/// <summary>An invariant that did not hold.</summary>
/// <param name="Invariant">Its number in the list of fault-injection.md, 1 to 11.</param>
internal sealed record Violation(int Invariant, Instant At, string Text)
{
    public override string ToString() => $"invariant {Invariant} violated at {At}: {Text}";
}

/// <summary>What is so, as the checks see it: the world itself, never through the eyes of a reconciler.</summary>
internal sealed class Truth
{
    // A clock shows ticks of 100 ns; the world's time is finer.
    private static readonly Duration ClockTick = Duration.FromNanoseconds(100);

    private readonly IClusterConnection _spy;
    private readonly List<(Instant Since, Duration Skew)> _skews;

    public Truth(Scenario scenario, SimulatedWorld world, Intent intent)
    {
        (Scenario, World, Intent) = (scenario, world, intent);
        _spy = world.Connect();
        _skews = [(world.Time.Now, Duration.Zero)];
        View = ClusterView.Empty;
        Look();
        Originals = scenario.Blueprint.Nodes.ToDictionary(n => n.Name, StringComparer.Ordinal);
        CordonedByHand.UnionWith(scenario.Blueprint.Nodes.Where(n => n.Unschedulable).Select(n => n.Name));
    }

    public Scenario Scenario { get; }

    public SimulatedWorld World { get; }

    public Intent Intent { get; }

    public ClusterView View { get; private set; }

    public Instant Now => World.Time.Now;

    /// <summary>The nodes the cluster began with; every other one was made during the run.</summary>
    public Dictionary<string, NodeBlueprint> Originals { get; }

    /// <summary>Nodes that somebody else deleted.</summary>
    public HashSet<string> Vanished { get; } = new(StringComparer.Ordinal);

    /// <summary>Nodes that somebody else cordoned and did not uncordon.</summary>
    public HashSet<string> CordonedByHand { get; } = new(StringComparer.Ordinal);

    /// <summary>Nodes that somebody uncordoned: pods may have landed on them in the middle of a drain, and what their state was before us is anybody's guess.</summary>
    public HashSet<string> UncordonedByHand { get; } = new(StringComparer.Ordinal);

    /// <summary>The highest epoch that any lease was given.</summary>
    public long HighestEpoch { get; set; }

    /// <summary>Which process was given which epoch.</summary>
    public Dictionary<long, string> Holders { get; } = [];

    public Violation? Violation { get; private set; }

    /// <summary>The first violation counts; what follows it may follow from it.</summary>
    public void Violated(int invariant, string text) => Violation ??= new Violation(invariant, Now, text);

    /// <summary>Brings the view up to date.</summary>
    public void Look() => View = Immediate(_spy.ObserveAsync(CancellationToken.None));

    public ImmutableSortedDictionary<string, StoredRecord> Records() => Immediate(_spy.ReadRecordsAsync(CancellationToken.None));

    public bool IsMade(string node) => !Originals.ContainsKey(node);

    /// <summary>Notes that the wall clock was set.</summary>
    public void Skewed() => _skews.Add((Now, World.Clock.Skew));

    /// <summary>Whether a reconciler could have read this time on its clock a short while ago, or now.</summary>
    public bool CouldBeNow(Instant read, Duration tolerance)
    {
        for (var i = 0; i < _skews.Count; i++)
        {
            var until = i == _skews.Count - 1 ? Now : _skews[i + 1].Since;
            var (first, last) = (Instant.Max(_skews[i].Since, Now - tolerance), Instant.Min(until, Now));
            if (first <= last && read >= first + _skews[i].Skew - ClockTick && read <= last + _skews[i].Skew)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The answer of the world itself, which is never late.</summary>
    public static T Immediate<T>(ValueTask<T> answer) => answer.IsCompletedSuccessfully ? answer.Result : throw new InvalidOperationException("The world answers at once.");
}

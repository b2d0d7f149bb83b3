using Imago.Application.Engine;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Explanations;
using NodaTime;

namespace Imago.Api.Tests.Kit;

/// <summary>Answers for clusters whose name begins with <c>shop</c>: one node that waits for its window.</summary>
internal sealed class Answers : IClusterQueries, IForecasts
{
    public static Instant WindowOpens { get; } = Instant.FromUtc(2026, 8, 15, 22, 0);

    public ValueTask<ExplainedCluster?> ExplainAsync(string clusterKey, CancellationToken cancellation)
    {
        if (!clusterKey.Contains("/shop", StringComparison.Ordinal))
        {
            return ValueTask.FromResult<ExplainedCluster?>(null);
        }

        var node = new Node { Name = "n1", Uid = "u1", Pool = "nodepool1", Image = NodeImage.Parse("AKSUbuntu-2204gen2containerd-202607.18.0"), Ready = true };
        var explanation = new NodeExplanation(
            "n1", "nodepool1", null, node.Image.Text, "AKSUbuntu-2204gen2containerd-202608.06.1", NodeStatus.Pending,
            [new Reason(ReasonCode.WindowClosed, "No window is open.", WindowOpens)]);
        var view = ClusterView.Of([node], [], []);
        return ValueTask.FromResult<ExplainedCluster?>(new(view, System.Collections.Immutable.ImmutableSortedDictionary<string, NodeExplanation>.Empty.Add("n1", explanation), WindowOpens));
    }

    public ValueTask<ForecastAnswer?> ForecastAsync(string clusterKey, ForecastQuestion question, CancellationToken cancellation) => ValueTask.FromResult(
        !clusterKey.Contains("/shop", StringComparison.Ordinal) ? null
        : question.Image is "unknown" ? new ForecastAnswer(null, "Image 'unknown' is not known.")
        : new ForecastAnswer($$"""{"horizonDays":{{question.Horizon?.TotalDays ?? 0}}}""", null));
}

using Imago.Application.Attachments;
using Imago.Application.Storage;

namespace Imago.Application.Engine;

/// <summary>What clusters of one kind are made of.</summary>
/// <param name="Host">Opens them.</param>
/// <param name="Viewer">Looks at them.</param>
/// <param name="Forecasts">Forecasts them.</param>
public sealed record ClusterKind(IClusterHost Host, IClusterViewer Viewer, IForecasts Forecasts);

/// <summary>Every cluster, whatever it is made of: one with an attachment is a real one, any other is simulated.</summary>
public sealed class ClusterHosts(IAttachments attachments, ClusterKind simulated, ClusterKind attached) : IClusterHost, IClusterViewer, IForecasts
{
    /// <inheritdoc />
    public async ValueTask<IHostedCluster> OpenAsync(string clusterKey, StoredLease lease, CancellationToken cancellation) =>
        await (await OfAsync(clusterKey, cancellation)).Host.OpenAsync(clusterKey, lease, cancellation);

    /// <inheritdoc />
    public async ValueTask ForgetAsync(string clusterKey, CancellationToken cancellation) =>
        await (await OfAsync(clusterKey, cancellation)).Host.ForgetAsync(clusterKey, cancellation);

    /// <inheritdoc />
    public async ValueTask<ClusterPicture?> LookAsync(string clusterKey, CancellationToken cancellation) =>
        await (await OfAsync(clusterKey, cancellation)).Viewer.LookAsync(clusterKey, cancellation);

    /// <inheritdoc />
    public async ValueTask<ForecastAnswer?> ForecastAsync(string clusterKey, ForecastQuestion question, CancellationToken cancellation) =>
        await (await OfAsync(clusterKey, cancellation)).Forecasts.ForecastAsync(clusterKey, question, cancellation);

    private async ValueTask<ClusterKind> OfAsync(string clusterKey, CancellationToken cancellation) =>
        await attachments.FindAsync(clusterKey, cancellation) is null ? simulated : attached;
}

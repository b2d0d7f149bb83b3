using Imago.Application.Storage;

namespace Imago.Application.Engine.Operations;

/// <summary>What kinds of operations mean for the engine.</summary>
internal static class OperationKinds
{
    /// <summary>Whether nodes are made or removed until the cluster is as asked.</summary>
    public static bool Shapes(this OperationKind kind) => kind is
        OperationKind.CreateCluster or OperationKind.UpdateCluster or OperationKind.StartCluster or OperationKind.StopCluster
        or OperationKind.CreatePool or OperationKind.UpdatePool or OperationKind.DeletePool or OperationKind.ChannelTransition;

    /// <summary>Whether a person asks for rollouts with it.</summary>
    public static bool Requests(this OperationKind kind) => kind is OperationKind.UpgradeNodeImage or OperationKind.ChannelTransition;

    /// <summary>What the activity log calls it.</summary>
    /// <remarks>EV-50…53; EV-59: automatic upgrades appear under the same operations as those asked for by hand.</remarks>
    public static string ActivityName(this StoredOperation operation) => "Microsoft.ContainerService/managedClusters/" + operation.Kind switch
    {
        OperationKind.CreateCluster or OperationKind.UpdateCluster or OperationKind.ChannelTransition => "write",
        OperationKind.DeleteCluster => "delete",
        OperationKind.StartCluster => "start/action",
        OperationKind.StopCluster => "stop/action",
        OperationKind.Abort => operation.Pool is null ? "abort/action" : "agentPools/abort/action",
        OperationKind.CreatePool or OperationKind.UpdatePool => "agentPools/write",
        OperationKind.DeletePool => "agentPools/delete",
        OperationKind.UpgradeNodeImage or OperationKind.AutomaticUpgrade => "agentPools/upgradeNodeImageVersion/action",
        _ => throw new InvalidOperationException($"Operation '{operation.Id}' is of kind {operation.Kind}, which is not known."),
    };
}

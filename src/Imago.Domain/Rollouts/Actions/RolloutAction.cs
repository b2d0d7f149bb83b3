using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using NodaTime;

namespace Imago.Domain.Rollouts.Actions;

/// <summary>
/// One effect, as data. Every action is idempotent: it is planned again in each pass until what it wants is observed. The shell carries
/// them out in the order of the plan, after the record has been persisted.
/// </summary>
public abstract record RolloutAction
{
    private RolloutAction()
    {
    }

    /// <summary>The node the action is about.</summary>
    public abstract string Node { get; init; }

    /// <summary>Patch a node's cordon, marks and taints at once, with the observed resource version as precondition.</summary>
    public sealed record UpdateNode(string Node, string ResourceVersion, NodeUpdate Update) : RolloutAction;

    /// <summary>Evict a pod through the eviction API, with its UID as precondition.</summary>
    public sealed record EvictPod(ObjectKey Pod, string Uid, string Node) : RolloutAction;

    /// <summary>Delete a pod although budgets object (UP-94).</summary>
    public sealed record DeletePod(ObjectKey Pod, string Uid, string Node) : RolloutAction;

    /// <summary>Ask the provider to do something that takes time. Begun at most once per <see cref="ProviderRequest.OperationId"/>.</summary>
    public sealed record AskProvider(ProviderRequest Request) : RolloutAction
    {
        /// <inheritdoc />
        public override string Node { get => Request.Node; init => Request = Request with { Node = value }; }
    }
}

/// <summary>What to change on a node. Null members are left as they are.</summary>
public sealed record NodeUpdate
{
    /// <summary>Cordon (true) or uncordon (false).</summary>
    public bool? Unschedulable { get; init; }

    /// <summary>Our mark: set it, or remove it with <see cref="RemoveMark"/>.</summary>
    public CordonMark? Mark { get; init; }

    /// <summary>Remove our mark.</summary>
    public bool RemoveMark { get; init; }

    /// <summary>Put on or take off the steering taint (UP-156).</summary>
    public bool? SteeredAway { get; init; }

    /// <summary>Put on or take off the annotations of UP-8.</summary>
    public bool? ScaleDownDisabled { get; init; }

    /// <summary>Put on or take off the quarantine label (IM-16).</summary>
    public bool? Quarantined { get; init; }

    /// <summary>Order a patch level (CH-34).</summary>
    public PatchLevel? DesiredLevel { get; init; }

    /// <summary>Give the node's agent an order; null: the order that is there stays.</summary>
    public NodeOrder? Order { get; init; }

    /// <summary>Take the order for the node's agent off the node.</summary>
    public bool RemoveOrder { get; init; }

    /// <summary>Tell the node who keeps its packages up to date (NM-18).</summary>
    public OsUpdater? Updater { get; init; }

    /// <summary>CH-37: take the taint off that kept work away until the node was patched.</summary>
    public bool RemoveNotPatchedTaint { get; init; }

    /// <summary>This change and then another one, as one; where both say something, the later one counts.</summary>
    public NodeUpdate Then(NodeUpdate later) => new()
    {
        Unschedulable = later.Unschedulable ?? Unschedulable,
        Mark = later.RemoveMark ? null : later.Mark ?? Mark,
        RemoveMark = later.RemoveMark || (RemoveMark && later.Mark is null),
        SteeredAway = later.SteeredAway ?? SteeredAway,
        ScaleDownDisabled = later.ScaleDownDisabled ?? ScaleDownDisabled,
        Quarantined = later.Quarantined ?? Quarantined,
        DesiredLevel = later.DesiredLevel ?? DesiredLevel,
        Order = later.RemoveOrder ? null : later.Order ?? Order,
        RemoveOrder = later.RemoveOrder || (RemoveOrder && later.Order is null),
        Updater = later.Updater ?? Updater,
        RemoveNotPatchedTaint = RemoveNotPatchedTaint || later.RemoveNotPatchedTaint,
    };
}

/// <summary>What a provider is asked for.</summary>
public enum ProviderVerb
{
    /// <summary>Make a node of the given name with the given image.</summary>
    Create,

    /// <summary>Give a node a new image; it may be deleted and made again under its name (UP-11).</summary>
    Reimage,

    /// <summary>Remove a node.</summary>
    Delete,

    /// <summary>Restart a drained node as it is; it keeps its name, its identity and its image (CH-13). Only of providers that can.</summary>
    Reboot,
}

/// <summary>A request to a node provider.</summary>
/// <remarks>
/// CH-6: no request and no node update can name a Kubernetes version; a node OS upgrade has no way to change one. UP-27: none names a zone either, the
/// provider chooses.
/// </remarks>
/// <param name="OperationId">Identity of the operation: the same id is the same operation, however often it is asked for.</param>
/// <param name="Verb">What to do.</param>
/// <param name="Pool">The pool.</param>
/// <param name="Node">The node.</param>
/// <param name="Image">Image to run; null when deleting or rebooting.</param>
/// <param name="Level">Patch level the image includes; null outside SecurityPatch.</param>
/// <param name="Epoch">Epoch of the writer; lower ones than seen are refused.</param>
public sealed record ProviderRequest(string OperationId, ProviderVerb Verb, string Pool, string Node, string? Image, PatchLevel? Level, long Epoch)
{
    /// <summary>The moment of the package archives that the image or level names; null: it names none. Only who patches machines in place needs it.</summary>
    public ArchiveState? Archive { get; init; }

    /// <summary>From when on work that was not begun is not to be begun any more, exclusive; null: no limit. Only who patches machines in place needs it.</summary>
    /// <remarks>Rules: MW-53.</remarks>
    public Instant? NotAfter { get; init; }
}

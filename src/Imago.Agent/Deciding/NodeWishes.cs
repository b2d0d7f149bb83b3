using System.Net;
using Imago.Application.NodeOs;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;

namespace Imago.Agent.Deciding;

/// <summary>What the annotations of the node ask of its agent.</summary>
/// <remarks>Rules: NM-1, CH-34, CH-36.</remarks>
internal sealed record NodeWishes
{
    /// <summary>Nothing is asked.</summary>
    public static NodeWishes None { get; } = new();

    /// <summary>The order of Imago's control side; null: none, or none that can be read.</summary>
    public NodeOrder? Order { get; init; }

    /// <summary>What is wrong with the annotation that holds the order; null: nothing.</summary>
    public string? OrderProblem { get; init; }

    /// <summary>CH-34: the level that the documented annotation asks for; null: none.</summary>
    public PatchLevel? Golden { get; init; }

    /// <summary>What is wrong with it; null: nothing.</summary>
    public string? GoldenProblem { get; init; }

    /// <summary>What somebody wants at the machine's own command line; null: nothing.</summary>
    public AgentOrder? ByHand { get; init; }

    /// <summary>NM-18: who shall keep the packages; null: hands off.</summary>
    public OsUpdater? Updater { get; init; }

    /// <summary>CH-31: whether new work may come to the node: it is neither cordoned nor kept free as a newcomer (CH-37). Whoever drained it has then given it back.</summary>
    public bool TakesWork { get; init; }

    /// <summary>CH-36: the package repository of machines without internet; null: none that counts.</summary>
    public IPAddress? RepoService { get; init; }

    /// <summary>Reads the annotations of a node.</summary>
    public static NodeWishes Of(IReadOnlyDictionary<string, string> annotations)
    {
        var order = OrderText.Read(annotations.GetValueOrDefault(NodeAnnotations.Order), out var orderProblem);
        var golden = annotations.GetValueOrDefault(NodeAnnotations.LivePatchingGolden);
        PatchLevel? level = PatchLevel.TryParse(golden, out var parsed) ? parsed : null;
        return new NodeWishes
        {
            Order = order,
            OrderProblem = orderProblem is null ? null : $"Annotation {NodeAnnotations.Order} cannot be read: {orderProblem}",
            Golden = level,
            GoldenProblem = golden is null or "" || level is not null ? null : $"Annotation {NodeAnnotations.LivePatchingGolden} is '{golden}'; write a level such as 20261120T000000Z.",
            Updater = NodeOsWords.Updater(annotations.GetValueOrDefault(NodeAnnotations.Updater)),

            // CH-36: any other address is ignored.
            RepoService = LivePatchRepoService.Accept(annotations.GetValueOrDefault(NodeAnnotations.LivePatchingRepoService)),
        };
    }
}

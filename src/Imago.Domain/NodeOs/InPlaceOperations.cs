using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.Rollouts.Actions;
using NodaTime;

namespace Imago.Domain.NodeOs;

/// <summary>
/// The provider of machines that are patched in place, as far as it decides: which order a request is, and how far the operation of an order is. Both follow from what stands on
/// the node, so that nothing else has to be kept.
/// </summary>
/// <remarks>Rules: NM-34, NM-59, CH-13, CH-31, CH-35.</remarks>
public static class InPlaceOperations
{
    /// <summary>Code of an operation whose agent has not been heard of for <see cref="Patience"/>.</summary>
    public const string AgentSilent = "AgentSilent";

    /// <summary>Code of an operation whose agent refused without saying why in a word.</summary>
    public const string AgentRefused = "AgentRefused";

    /// <summary>Code of an operation whose agent was still failing after <see cref="Patience"/>, without saying why in a word.</summary>
    public const string AgentFailed = "AgentFailed";

    /// <summary>Code of an operation, and reason of an agent, whose order was not begun before <see cref="NodeOrder.NotAfter"/>. Nothing was changed.</summary>
    public const string WindowClosed = "WindowClosed";

    /// <summary>How long an agent may be silent, and how long it may go on failing, before the operation has failed: it looks every 10 minutes and works for 60 at most (CH-35).</summary>
    public static readonly Duration Patience = LivePatchAgent.LookInterval + LivePatchAgent.RunLimit;

    /// <summary>The order that a request is to the agent of its node.</summary>
    /// <param name="request">What the planner asks of the provider.</param>
    /// <param name="now">When the order is given.</param>
    /// <returns>Null when no order brings it about: a machine that is patched in place is neither made nor deleted, and an image without a version names no moment.</returns>
    public static NodeOrder? OrderOf(ProviderRequest request, Instant now)
    {
        // CH-13: packages and label stay as they are.
        if (request.Verb == ProviderVerb.Reboot)
        {
            return new NodeOrder { Id = request.OperationId, Mode = OrderMode.Drained, Content = OrderContent.Reboot, Epoch = request.Epoch, GivenAt = now, NotAfter = request.NotAfter };
        }

        // IM-5, IM-6: a level brings security fixes only; without one the image itself is asked for, which is all updates of its moment.
        var content = request.Level is null ? OrderContent.Everything : OrderContent.Security;
        return request.Verb != ProviderVerb.Reimage || (request.Level ?? LevelOf(NodeImage.Parse(request.Image), request.Archive)) is not { } level ? null : new NodeOrder
        {
            Id = request.OperationId,
            Mode = OrderMode.Drained,
            Content = content,
            Level = level,
            Image = request.Image,
            Archive = request.Archive,
            Epoch = request.Epoch,
            GivenAt = now,
            NotAfter = request.NotAfter,
        };
    }

    /// <summary>The level that a machine has with all updates of an image; null for an image without a version.</summary>
    /// <param name="image">The image.</param>
    /// <param name="archive">The moment of the archives that it is made from; null: only its date is known.</param>
    /// <remarks>Where levels are dated by the newest suite, image and level of one state of the archives are the same level.</remarks>
    public static PatchLevel? LevelOf(NodeImage image, ArchiveState? archive)
    {
        if (!image.IsKnown)
        {
            return null;
        }

        var ofDate = PatchLevel.OfDate(image.PatchedLevel);
        if (archive is not { Suites.IsDefaultOrEmpty: false })
        {
            return ofDate;
        }

        var newest = new PatchLevel(archive.Suites.Max(s => s.Date));
        return newest > ofDate ? newest : ofDate;
    }

    /// <summary>How far the operation is that an order carries out.</summary>
    /// <param name="order">The order as it stands on the node.</param>
    /// <param name="report">What the node's agent says; null: it never said anything.</param>
    /// <param name="now">When this is asked.</param>
    public static ProviderOperation StateOf(NodeOrder order, AgentReport? report, Instant now)
    {
        var answer = report is not null && string.Equals(report.OrderId, order.Id, StringComparison.Ordinal) ? report : null;
        switch (answer?.Phase)
        {
            // The rest is for whoever asked to see: Ready, and at the target. NM-34: a node with fixes held back goes back to work, too; that it is not at its level is judged there.
            case AgentPhase.Rebooting or AgentPhase.Applied or AgentPhase.AppliedPartially:
            case AgentPhase.Idle when answer.Reached is { } reached && reached >= order.Level:
                // When it is seen: nodes' clocks are not ours, and what counts from here is how long the node may take to come back.
                return new ProviderOperation(order.Id, OperationState.Succeeded, now, null, null);
            case AgentPhase.Refused:
                return Failed(order, now, answer.Reason ?? AgentRefused, answer.Message ?? "its agent refuses the order and does not say why");
            case AgentPhase.RebootNeeded:
                return Failed(order, now, answer.Reason ?? AgentRefused, answer.Message ?? "its agent does not restart the machine although the node is drained");
        }

        if (answer is not null && IsTooLate(answer) && now >= order.NotAfter)
        {
            // MW-53: it will not be begun, so that the node need not stay drained until the next window.
            return Failed(order, now, WindowClosed, answer.Message ?? "its agent did not begin before the maintenance window closed");
        }

        if (answer?.Phase == AgentPhase.Retrying && order.GivenAt is { } given && now >= given + Patience)
        {
            // NM-33: the agent would go on for hours, ever more slowly, with the node out of work.
            return Failed(order, now, answer.Reason ?? AgentFailed, $"{Trimmed(answer.Message) ?? "its agent fails and does not say why"}; it was tried {answer.Attempts} times in {Patience.TotalMinutes:0} minutes");
        }

        if (LastSign(order, answer) is { } last && now >= last + Patience)
        {
            var said = answer is null ? "its agent has not taken the order" : $"its agent stopped reporting in phase {answer.Phase}";
            return Failed(order, now, AgentSilent, $"{said} for {Patience.TotalMinutes:0} minutes. Look at the agent on the node");
        }

        return new ProviderOperation(order.Id, OperationState.Running, null, null, null) { Progress = Progress(order, answer) };
    }

    /// <summary>An order as it has to be given anew under its id, because the archives that it names have been signed again since: their mirror is not at the named edition any more.</summary>
    /// <param name="standing">The order on the node.</param>
    /// <param name="asked">The order as it would be given now.</param>
    /// <param name="report">What the node's agent says; null: it never said anything.</param>
    /// <returns>Null when the standing order stays: it names the same archives or another level, or its agent has planned by now and goes by what it found.</returns>
    /// <remarks>Rules: NM-31, NM-48. How long the agent may take counts from the first order on: an archive that is signed every hour must not keep a node from work for ever.</remarks>
    public static NodeOrder? Renewed(NodeOrder standing, NodeOrder asked, AgentReport? report)
    {
        var same = string.Equals(standing.Id, asked.Id, StringComparison.Ordinal) && standing.Level == asked.Level && standing.Content == asked.Content;
        var answer = report is not null && string.Equals(report.OrderId, standing.Id, StringComparison.Ordinal) ? report : null;
        return same && standing.Archive is not null && asked.Archive is not null && asked.Archive != standing.Archive && (answer is null || HasChangedNothing(answer))
            ? standing with { Archive = asked.Archive, Epoch = asked.Epoch }
            : null;
    }

    /// <summary>What is written on a node to give its agent an order.</summary>
    /// <param name="node">The node.</param>
    /// <param name="order">The order.</param>
    /// <remarks>CH-34: who reads the documented annotation alone sees the same level. NM-32: it never goes down.</remarks>
    public static NodeUpdate Giving(Node node, NodeOrder order) =>
        new() { Order = order, DesiredLevel = order.Content == OrderContent.Security && !(node.DesiredLevel >= order.Level) ? order.Level : null };

    /// <summary>Whether an agent that is not done has got nowhere with its order yet: it installs nothing before it has reported a plan.</summary>
    /// <param name="answer">A report about the order.</param>
    /// <remarks>Rules: NM-46, NM-61.</remarks>
    public static bool HasChangedNothing(AgentReport answer) => answer is { Phase: AgentPhase.Staging or AgentPhase.Retrying, Planned: null };

    /// <summary>Whether an agent waits for another order because the time of the one it has is over; nothing was changed.</summary>
    /// <param name="answer">A report about the order.</param>
    /// <remarks>Rules: MW-53.</remarks>
    public static bool IsTooLate(AgentReport answer) => answer.Phase == AgentPhase.Retrying && string.Equals(answer.Reason, WindowClosed, StringComparison.Ordinal);

    private static ProviderOperation Failed(NodeOrder order, Instant now, string code, string message) => new(order.Id, OperationState.Failed, now, code, $"{Trimmed(message)}.");

    // A clock that is behind must not make an agent look silent that has just been asked.
    private static Instant? LastSign(NodeOrder order, AgentReport? answer) => (order.GivenAt, answer?.At) switch
    {
        ({ } given, { } at) => Instant.Max(given, at),
        var (given, at) => given ?? at,
    };

    private static string Progress(NodeOrder order, AgentReport? answer) => answer switch
    {
        null => "its agent has not taken the order yet",
        _ when order.Content == OrderContent.Reboot && answer.Phase != AgentPhase.Retrying => "its agent restarts the machine",
        { Phase: AgentPhase.Staging } => "its agent plans and downloads",
        { Phase: AgentPhase.Staged } => "packages are downloaded",
        { Phase: AgentPhase.Retrying } => $"attempt {answer.Attempts} failed: {Trimmed(answer.Message) ?? answer.Reason ?? "its agent does not say why"}; it goes on",
        { Planned.Packages: > 0 and var packages } => $"its agent installs {packages} packages",
        _ => "its agent installs packages",
    };

    private static string? Trimmed(string? message) => message?.TrimEnd('.', ' ');
}

namespace Imago.Domain.Rollouts.Events;

/// <summary>One line of the story that a rollout tells in the cluster itself, as a Kubernetes event about a node.</summary>
/// <remarks>Rules: UP-130…UP-136.</remarks>
/// <param name="Id">Identity: telling the same line again is the same event, however often a pass is repeated.</param>
/// <param name="Node">The node it is about.</param>
/// <param name="Reason"><c>Surge</c>, <c>Drain</c>, <c>Upgrade</c> or <c>Delete</c>.</param>
/// <param name="IsWarning">Type <c>Warning</c> instead of <c>Normal</c> (UP-135).</param>
/// <param name="Message">The message.</param>
public sealed record ClusterEvent(string Id, string Node, string Reason, bool IsWarning, string Message);

using System.Collections.Immutable;
using Imago.Domain.Rollouts.Explanations;

namespace Imago.Cli.Nodes;

/// <summary>What is said about a node, whether it is explained or forecast.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Pool">Its pool.</param>
/// <param name="Runs">The image it runs.</param>
/// <param name="Target">What it is to run; null when there is no target.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Reasons">Why.</param>
internal sealed record ReportedNode(string Name, string Pool, string Runs, string? Target, NodeStatus Status, ImmutableArray<Reason> Reasons);

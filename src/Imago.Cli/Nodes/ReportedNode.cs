using System.Collections.Immutable;
using Imago.Domain.Rollouts.Explanations;
using NodaTime;

namespace Imago.Cli.Nodes;

/// <summary>What is said about a node, whether it is explained or forecast, here or by a server.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Pool">Its pool.</param>
/// <param name="Runs">The image it runs.</param>
/// <param name="Target">What it is to run; null when there is no target.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Reasons">Why.</param>
internal sealed record ReportedNode(string Name, string Pool, string Runs, string? Target, NodeStatus Status, ImmutableArray<ReportedReason> Reasons)
{
    /// <summary>What its agent does, for people; null: it has none.</summary>
    public string? Agent { get; init; }
}

/// <summary>A reason as it is told. Its code is a word: a newer server may have some that this version does not know.</summary>
internal sealed record ReportedReason(string Code, string Message, Instant? Until, string? Event)
{
    public static ImmutableArray<ReportedReason> Of(ImmutableArray<Reason> reasons) => [.. reasons.Select(r => new ReportedReason(r.Code.ToString(), r.Message, r.Until, r.Event))];
}

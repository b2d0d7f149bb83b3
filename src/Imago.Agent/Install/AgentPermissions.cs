namespace Imago.Agent.Install;

/// <summary>One thing that an agent does in the cluster.</summary>
/// <param name="Resource">Resource of the core API.</param>
/// <param name="Verb">Verb.</param>
/// <param name="Why">What it is for.</param>
internal sealed record AgentPermission(string Resource, string Verb, string Why);

/// <summary>Everything that an agent does in the cluster, and all of it to its own node only. The manifest of the DaemonSet grants exactly this.</summary>
internal static class AgentPermissions
{
    public static IReadOnlyList<AgentPermission> All { get; } =
    [
        new("nodes", "list", "to find its own node, by a field selector"),
        new("nodes", "watch", "to hear of orders"),
        new("nodes", "patch", "to write its report, the reached level and the image label"),
        new("nodes/status", "patch", "to write the conditions NodeOsPatched and RebootRequired"),
    ];
}

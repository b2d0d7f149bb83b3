using System.Security.Cryptography;
using System.Text;

namespace Imago.Application.Engine.Noting;

/// <summary>Ids that follow from what they identify: whoever notes the same thing twice, also after a crash, notes it under the same id.</summary>
internal static class DerivedIds
{
    /// <summary>The operation of a rollout that the channel began.</summary>
    public static string AutomaticOperation(string clusterKey, string rollout) => Guid("operation", clusterKey, rollout);

    /// <summary>EV-57: what the entries of an operation share when no request gave it one.</summary>
    public static string Correlation(string operationId) => Guid("correlation", operationId);

    /// <summary>EV-57: an activity entry of its own for each status of an operation.</summary>
    public static string Activity(string operationId, string status) => Guid("activity", operationId, status);

    /// <summary>EV-16: SHA-1 of source, type and operation id, so that retries keep the id.</summary>
    public static string Event(string source, string type, string operationId)
    {
#pragma warning disable CA5350 // An id that other systems compare, not a signature: the rule names the algorithm.
        return Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes($"{source}\n{type}\n{operationId}")));
#pragma warning restore CA5350
    }

    private static string Guid(params string[] parts) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))).AsSpan(0, 16)).ToString();
}

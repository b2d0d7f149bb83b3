using System.Text.Json.Nodes;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;

namespace Imago.Application.Engine.Noting;

/// <summary>Errors of operations, as ARM error objects.</summary>
/// <remarks>Rules: EV-82, UP-44.</remarks>
internal static class OperationErrors
{
    private const string PodDrainFailure = "PodDrainFailure";

    /// <summary>Why a rollout did not succeed; null if it did, or says nothing about it.</summary>
    public static JsonObject? Of(RolloutRecord record) => record.Fault is not { } fault || record.Phase == RolloutPhase.Succeeded
        ? null
        : Error(CodeOf(fault), fault.Message, record.Pool, fault.Details.Select(d => Error(d.Code, d.Message, d.Target)));

    /// <summary>Why a request was not carried out.</summary>
    public static JsonObject Of(Reason reason, string pool) => Error(reason.Code.ToString(), reason.Message, pool);

    public static JsonObject Error(string code, string message, string? target, IEnumerable<JsonObject>? details = null)
    {
        var error = new JsonObject { ["code"] = code, ["message"] = message };
        if (target is not null)
        {
            error["target"] = target;
        }

        if (details?.ToList() is { Count: > 0 } several)
        {
            error["details"] = new JsonArray([.. several]);
        }

        return error;
    }

    /// <summary>Several errors as one: the first one speaks, all are its details.</summary>
    public static JsonObject? Together(IReadOnlyList<JsonObject> errors) => errors.Count switch
    {
        0 => null,
        1 => errors[0],
        _ => Error(errors[0]["code"]!.GetValue<string>(), errors[0]["message"]!.GetValue<string>(), null, errors.Select(e => (JsonObject)e.DeepClone())),
    };

    private static string CodeOf(RolloutFault fault) => fault.Code switch
    {
        nameof(ReasonCode.Undrainable) or nameof(ReasonCode.GracePeriodTooLong) or nameof(ReasonCode.BarePodKept) or nameof(ReasonCode.Quarantined) => PodDrainFailure,
        _ => fault.Code,
    };
}

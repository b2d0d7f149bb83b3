using System.Collections.Immutable;
using Imago.Contracts.Errors;

namespace Imago.Api.Pipeline;

/// <summary>Refusals in the shape of the Azure Resource Manager (EV-82).</summary>
internal static class Problems
{
    private const int LongestQuote = 120;

    public static ApiAnswer Of(int status, ArmError error) => new(status, error.ToBody());

    public static ApiAnswer Of(int status, string code, string message, string? target = null) => Of(status, new ArmError(code, message, target));

    public static ApiAnswer Of(ArmRefusal refusal) => Of(refusal.StatusCode, refusal.Error);

    /// <summary>Everything that is wrong with a request, at once.</summary>
    public static ApiAnswer BadRequest(params ImmutableArray<ArmError> problems) => Of(ArmRefusal.BadRequest(problems));

    /// <summary>AZ-61: what is not there, in the words of the real service.</summary>
    public static ApiAnswer ResourceNotFound(string typeAndName, string group) =>
        Of(404, ErrorCodes.ResourceNotFound, $"The Resource '{Quoted(typeAndName)}' under resource group '{Quoted(group)}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix")
            .With("x-ms-failure-cause", "gateway");

    public static ApiAnswer SubscriptionNotFound(string subscription) =>
        Of(404, ErrorCodes.SubscriptionNotFound, $"The subscription '{Quoted(subscription)}' could not be found.");

    public static ApiAnswer GroupNotFound(string group) =>
        Of(404, ErrorCodes.ResourceGroupNotFound, $"Resource group '{Quoted(group)}' could not be found.");

    /// <summary>UP-62: something else is under way, or the state forbids it.</summary>
    public static ApiAnswer NotAllowedNow(string message, string? target = null) => Of(409, ErrorCodes.OperationNotAllowed, message, target);

    /// <summary>EV-84: a condition of the request does not hold.</summary>
    public static ApiAnswer PreconditionFailed(string message) => Of(412, ErrorCodes.PreconditionFailed, message);

    /// <summary>Somebody else's writes kept coming first.</summary>
    public static ApiAnswer Conflict(string what) =>
        Of(409, ErrorCodes.Conflict, $"'{Quoted(what)}' was changed by other requests at the same time, again and again. Read it and try again.");

    public static ApiAnswer Unavailable() =>
        Of(503, ErrorCodes.ServiceUnavailable, "The database cannot be reached right now. Try again.").With("Retry-After", "5");

    /// <summary>Text of a client's, short enough for a sentence.</summary>
    public static string Quoted(string text)
    {
        if (text.Length <= LongestQuote)
        {
            return text;
        }

        // A character outside the basic plane is two: never cut between them.
        var end = LongestQuote - 3;
        return text[..(char.IsHighSurrogate(text[end - 1]) ? end - 1 : end)] + "...";
    }
}

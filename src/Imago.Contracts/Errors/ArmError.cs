using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Imago.Contracts.Errors;

/// <summary>An error as ARM writes it.</summary>
/// <param name="Code">A stable CamelCase code; see <see cref="ErrorCodes"/>.</param>
/// <param name="Message">What was found, what is allowed, what to do; for people.</param>
/// <param name="Target">Path of the property, or what else it is about; null: the request as a whole.</param>
/// <remarks>Rules: EV-82.</remarks>
public sealed record ArmError(string Code, string Message, string? Target = null)
{
    /// <summary>The errors it is made of; empty for a single one.</summary>
    public ImmutableArray<ArmError> Details { get; init; } = [];

    /// <summary>One error for all problems of a request: a single one by itself, several as details of one.</summary>
    /// <exception cref="ArgumentException">There is no problem.</exception>
    public static ArmError OfAll(ImmutableArray<ArmError> problems) => problems switch
    {
        [] => throw new ArgumentException("An error needs at least one problem.", nameof(problems)),
        [var only] => only,
        _ => new ArmError(
            problems.All(p => string.Equals(p.Code, problems[0].Code, StringComparison.Ordinal)) ? problems[0].Code : ErrorCodes.MultipleErrorsOccurred,
            $"The request has {problems.Length} problems; nothing was changed. First: {problems[0].Message}",
            problems[0].Target)
        {
            Details = problems,
        },
    };

    /// <summary>The error object: <c>{"code", "message", "target", "details"}</c>; what is not there is left out.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject { ["code"] = Code, ["message"] = Message };
        if (Target is not null)
        {
            json["target"] = Target;
        }

        if (!Details.IsEmpty)
        {
            json["details"] = new JsonArray([.. Details.Select(d => d.ToJson())]);
        }

        return json;
    }

    /// <summary>The body of an answer: <c>{"error": …}</c>.</summary>
    public JsonObject ToBody() => new() { ["error"] = ToJson() };

    /// <summary>Equal when code, message, target and details are.</summary>
    public bool Equals(ArmError? other) =>
        other is not null && Code == other.Code && Message == other.Message && Target == other.Target && Details.AsSpan().SequenceEqual(other.Details.AsSpan());

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Code, Message, Target, Details.Length);
}

/// <summary>A request that is refused: the status of the answer, and its error.</summary>
/// <param name="StatusCode">HTTP status, 400 to 599.</param>
/// <param name="Error">What is wrong.</param>
public sealed record ArmRefusal(int StatusCode, ArmError Error)
{
    /// <summary>A bad request: all its problems at once.</summary>
    public static ArmRefusal BadRequest(params ImmutableArray<ArmError> problems) => new(400, ArmError.OfAll(problems));
}

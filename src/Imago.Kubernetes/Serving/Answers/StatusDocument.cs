using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Kubernetes.Serving.Kinds;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving.Answers;

/// <summary>An answer that is not an object: the API's <c>Status</c>.</summary>
/// <param name="Code">HTTP status.</param>
/// <param name="Reason">One word for programs; empty of a success.</param>
/// <param name="Message">For people; empty of a success.</param>
internal sealed record StatusDocument(int Code, string Reason, string Message)
{
    /// <summary>Name of the object it is about.</summary>
    public string? Name { get; init; }

    public string? Group { get; init; }

    /// <summary>Kind or plural of the object it is about, as the API does it.</summary>
    public string? Kind { get; init; }

    public string? Uid { get; init; }

    public ImmutableArray<TwinCause> Causes { get; init; } = [];

    /// <summary>Seconds.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Whether <c>details</c> are there even when nothing is in them: the API does so where its client library made the Status.</summary>
    public bool HasDetails { get; init; }

    public bool IsSuccess => Code < 300;

    public static StatusDocument BadRequest(string message) => new(StatusCodes.Status400BadRequest, "BadRequest", message);

    public static StatusDocument NotFound(ServedKind kind, string name) =>
        new StatusDocument(StatusCodes.Status404NotFound, "NotFound", $"{kind.Resource} \"{name}\" not found").About(kind, name, kind.Kind.Plural);

    public static StatusDocument NoSuchPath() =>
        new(StatusCodes.Status404NotFound, "NotFound", "the server could not find the requested resource") { HasDetails = true };

    public static StatusDocument MethodNotAllowed() =>
        new(StatusCodes.Status405MethodNotAllowed, "MethodNotAllowed", "the server does not allow this method on the requested resource") { HasDetails = true };

    public static StatusDocument UnsupportedMediaType(string message) => new(StatusCodes.Status415UnsupportedMediaType, "UnsupportedMediaType", message) { HasDetails = true };

    public static StatusDocument Expired(string message) => new(StatusCodes.Status410Gone, "Expired", message);

    public static StatusDocument Invalid(ServedKind kind, string name, string field, string problem) =>
        new StatusDocument(StatusCodes.Status422UnprocessableEntity, "Invalid", $"{kind.QualifiedName} \"{name}\" is invalid: {field}: {problem}")
        {
            Causes = [new TwinCause("FieldValueInvalid", problem, field)],
        }.About(kind, name, kind.Name);

    /// <summary>A refusal of the twin, with what the API adds to it.</summary>
    public static StatusDocument Of(TwinRefusal refusal, ServedKind kind, string? name)
    {
        var status = new StatusDocument(refusal.Code, refusal.Reason, refusal.Message)
        {
            Causes = refusal.Causes.IsDefault ? [] : refusal.Causes,
            RetryAfter = refusal.RetryAfter,
        };

        // What is wrong with a document names its kind, what is wrong with a path its plural; a refused eviction names nothing.
        return refusal.Code switch
        {
            StatusCodes.Status429TooManyRequests => status,
            StatusCodes.Status422UnprocessableEntity => status.About(kind, name, kind.Name),
            _ => status.About(kind, name, refusal.Message.Contains($"on {kind.Name} \"", StringComparison.Ordinal) ? kind.Name : kind.Kind.Plural),
        };
    }

    public StatusDocument About(ServedKind kind, string? name, string shown) => this with { Name = name, Group = kind.Kind.Group.Length == 0 ? null : kind.Kind.Group, Kind = shown };

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = IsSuccess ? "Success" : "Failure" };
        if (Message.Length > 0)
        {
            json["message"] = Message;
        }

        if (Reason.Length > 0)
        {
            json["reason"] = Reason;
        }

        var details = Details();
        if (details.Count > 0 || HasDetails)
        {
            json["details"] = details;
        }

        // A deletion that is done says neither code nor reason.
        if (!IsSuccess || Uid is null)
        {
            json["code"] = Code;
        }

        return json;
    }

    private JsonObject Details()
    {
        var details = new JsonObject();
        Add("name", Name);
        Add("group", Group);
        Add("kind", Kind);
        Add("uid", Uid);
        if (Causes.Length > 0)
        {
            details["causes"] = new JsonArray([.. Causes.Select(CauseOf)]);
        }

        if (RetryAfter is { } seconds)
        {
            details["retryAfterSeconds"] = seconds;
        }

        return details;

        void Add(string name, string? value)
        {
            if (value is { Length: > 0 })
            {
                details[name] = value;
            }
        }
    }

    private static JsonObject CauseOf(TwinCause cause)
    {
        var json = new JsonObject { ["reason"] = cause.Reason, ["message"] = cause.Message };
        if (cause.Field is { } field)
        {
            json["field"] = field;
        }

        return json;
    }
}

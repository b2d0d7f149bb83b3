using System.Collections.Immutable;
using Imago.Application.Twins;
using Imago.Domain.Clusters;

namespace Imago.Simulation.Serving.Twins.Writing;

/// <summary>Refusals in the words of the real API.</summary>
internal static class Refusals
{
    public static TwinRefusal NotFound(TwinKind kind, string name) => new(404, "NotFound", $"{kind.Resource} \"{name}\" not found");

    public static TwinRefusal AlreadyExists(TwinKind kind, string name) => new(409, "AlreadyExists", $"{kind.Resource} \"{name}\" already exists");

    public static TwinRefusal Modified(TwinKind kind, string name) =>
        Conflict(kind, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static TwinRefusal Conflict(TwinKind kind, string name, string why) => new(409, "Conflict", $"Operation cannot be fulfilled on {kind.Resource} \"{name}\": {why}");

    public static TwinRefusal OtherUid(TwinKind kind, string name, string expected, string actual) =>
        Conflict(kind, name, $"Precondition failed: UID in precondition: {expected}, UID in object meta: {actual}");

    public static TwinRefusal OtherVersion(TwinKind kind, string name, string expected, long actual) =>
        Conflict(kind, name, $"Precondition failed: ResourceVersion in precondition: {expected}, ResourceVersion in object meta: {actual}");

    public static TwinRefusal Invalid(TwinKind kind, string name, ImmutableArray<TwinCause> causes)
    {
        var problems = causes.Select(c => $"{c.Field}: {c.Message}").ToList();
        return new(422, "Invalid", $"{kind.Name} \"{name}\" is invalid: {(problems.Count == 1 ? problems[0] : $"[{string.Join(", ", problems)}]")}", causes);
    }

    public static TwinRefusal Forbidden(TwinKind kind, string name, string why, params ImmutableArray<TwinCause> causes) =>
        new(403, "Forbidden", $"{kind.Resource} \"{name}\" is forbidden: {why}", causes);

    public static TwinRefusal Terminating(TwinKind kind, ObjectKey key) => Forbidden(
        kind, key.Name, $"unable to create new content in namespace {key.Namespace} because it is being terminated",
        new TwinCause("NamespaceTerminating", $"namespace {key.Namespace} is being terminated", "metadata.namespace"));

    public static TwinCause InvalidValue(string field, string value, string why) => new("FieldValueInvalid", $"Invalid value: {value}: {why}", field);

    public static TwinCause Required(string field, string why = "") => new("FieldValueRequired", why.Length == 0 ? "Required value" : $"Required value: {why}", field);
}

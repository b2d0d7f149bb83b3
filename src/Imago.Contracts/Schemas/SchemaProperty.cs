using Imago.Contracts.Versions;

namespace Imago.Contracts.Schemas;

/// <summary>One known property of an object.</summary>
/// <param name="Name">The name in canonical case.</param>
/// <param name="Value">What its value may be.</param>
/// <param name="Text">What it is, for people.</param>
public sealed record SchemaProperty(string Name, ValueSchema Value, string Text)
{
    /// <summary>The api-versions that know the property.</summary>
    public Availability Since { get; init; } = Availability.Always;

    /// <summary>Whether only the server writes it; in a request it is ignored (AZ-53).</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Whether it keeps its value when a PUT leaves it out; otherwise a PUT replaces in full (EV-85).</summary>
    public bool KeptWhenAbsent { get; init; }

    /// <summary>
    /// Whether it is Imago's own and no client of Azure knows it. Like an unknown property it keeps its value when a PUT leaves it out: a typed client drops it between
    /// GET and PUT. Writing its default resets it.
    /// </summary>
    public bool Extension { get; init; }

    /// <summary>Whether it cannot be changed once it is set; a PUT that leaves it out keeps it, one with another value is refused.</summary>
    public bool Fixed { get; init; }
}

/// <summary>One problem of a document: where, of which kind, and what is wrong with what is allowed.</summary>
/// <param name="Path">Path of the value, for example <c>properties.agentPoolProfiles[0].count</c>; empty: the document itself.</param>
/// <param name="Code">Code of the error; see <see cref="Errors.ErrorCodes"/>.</param>
/// <param name="Message">For people.</param>
public sealed record SchemaProblem(string Path, string Code, string Message);

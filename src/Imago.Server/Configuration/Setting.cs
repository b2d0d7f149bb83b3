namespace Imago.Server.Configuration;

/// <summary>One thing that can be set, as file, environment and command line spell it.</summary>
/// <param name="Key">In the file, nested at its dots: <c>limits.bodyBytes</c>.</param>
/// <param name="Allowed">What it may be, in words.</param>
/// <param name="Default">What it is without, in words.</param>
/// <param name="Meaning">What it does.</param>
/// <param name="Apply">Reads a text into the options; null: the text is not allowed.</param>
public sealed record Setting(string Key, string Allowed, string Default, string Meaning, Func<ServerOptions, string, ServerOptions?> Apply)
{
    public const string EnvironmentPrefix = "IMAGO_SERVER_";

    /// <summary>Whether a value may not be shown: it holds a password.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The environment variable: <c>IMAGO_SERVER_LIMITS_BODY_BYTES</c>.</summary>
    public string Variable => EnvironmentPrefix + string.Concat(Key.Select((c, i) => c == '.' ? "_" : char.IsUpper(c) && i > 0 ? "_" + c : char.ToUpperInvariant(c).ToString()));
}

namespace Imago.Api.Limits;

/// <summary>A bucket of tokens: how many requests at once, and how many are made up for per second.</summary>
/// <param name="Burst">Requests at once; at least 1.</param>
/// <param name="PerSecond">Tokens that come back per second; above 0, also below 1.</param>
public sealed record Rate(int Burst, double PerSecond);

/// <summary>How much of the server one caller may take.</summary>
public sealed record LimitOptions
{
    /// <summary>Reads of one principal.</summary>
    public Rate Reads { get; init; } = new(2000, 1000);

    /// <summary>Writes of one principal.</summary>
    public Rate Writes { get; init; } = new(1000, 500);

    /// <summary>Sign-ins of one address.</summary>
    public Rate SignIns { get; init; } = new(60, 2);

    /// <summary>Sign-ins of one address that fail.</summary>
    public Rate FailedSignIns { get; init; } = new(10, 0.2);

    /// <summary>Requests of one address that carry no token, or one that is refused.</summary>
    public Rate Anonymous { get; init; } = new(200, 50);

    /// <summary>Largest body of a request in bytes.</summary>
    public int BodyBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Deepest nesting of objects and arrays in a body.</summary>
    public int JsonDepth { get; init; } = 64;
}

namespace Imago.Kubernetes.Providers.External;

/// <summary>How patient the client of an external provider is.</summary>
public sealed record ProviderOptions
{
    /// <summary>How long one attempt may take, connecting included.</summary>
    public TimeSpan Attempt { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Waits between attempts; there is one attempt more than waits. Every call of the protocol may be repeated: nothing else is sent.</summary>
    public IReadOnlyList<TimeSpan> Waits { get; init; } = [TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1)];

    /// <summary>The longest <c>Retry-After</c> that is waited for; after a longer one the call is given up, and the next pass of the engine tries again.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Most bytes of an answer.</summary>
    public int LargestAnswer { get; init; } = 256 * 1024;
}

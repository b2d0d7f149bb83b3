using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Imago.Application.Ports;

namespace Imago.Kubernetes.Providers.External;

/// <summary>One answer over HTTP, not yet understood.</summary>
/// <param name="Asked">What was asked, for messages: <c>PUT https://…</c>.</param>
/// <param name="Status">Its status.</param>
/// <param name="MediaType">Type of the body; null: none is given.</param>
/// <param name="Body">The body.</param>
/// <param name="Date">What time it is at the provider; null: it does not say.</param>
/// <param name="RetryAfter">How long it asks to wait; null: not said.</param>
internal sealed record ProviderAnswer(string Asked, HttpStatusCode Status, string? MediaType, ReadOnlyMemory<byte> Body, DateTimeOffset? Date, TimeSpan? RetryAfter)
{
    private const int MostQuoted = 120;

    /// <summary>The problem that the body tells, or null if it tells none.</summary>
    public WireProblem? Problem
    {
        get
        {
            if (!string.Equals(MediaType, "application/problem+json", StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            try
            {
                return JsonSerializer.Deserialize(Body.Span, ProviderJson.Default.WireProblem);
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    /// <summary>The body.</summary>
    /// <exception cref="ConnectionException">It is not what the protocol says.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(Body.Span, type) ?? throw Nonsense("the body is null");
        }
        catch (JsonException problem)
        {
            throw Nonsense($"the body cannot be read at {problem.Path ?? "its beginning"}: {Quoted()}", problem);
        }
    }

    /// <summary>The provider broke its protocol.</summary>
    public ConnectionException Nonsense(string what, Exception? because = null) =>
        new($"{Asked} was answered with {(int)Status}, which makes no sense: {what}. Whether '{ProviderLink.BasePath}' is served there, 'imago provider check' tells.", because!);

    /// <summary>The provider did not do what it was asked for.</summary>
    public ConnectionException Refused() => Status switch
    {
        HttpStatusCode.Unauthorized => new($"{Asked} was refused with 401: the provider does not know the token{Detail()}. Attach the cluster again with a token that it knows."),
        HttpStatusCode.Forbidden => new($"{Asked} was refused with 403: the token may not do this{Detail()}. Give it the right at the provider."),
        HttpStatusCode.NotFound => new($"{Asked} was answered with 404 without code {ProtocolCodes.OperationNotFound}: {ProviderLink.BasePath} is not served there. Check the provider's endpoint."),
        >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => new($"{Asked} was answered with a redirect ({(int)Status}), which is not followed: the token is for the named server only. Name the provider's own endpoint."),
        _ => new($"{Asked} was answered with {(int)Status}{Detail()}. It is tried again."),
    };

    private string Detail() => Problem is { } problem && (problem.Detail ?? problem.Title) is { Length: > 0 } text ? $" ({Cut(text).TrimEnd('.')})" : "";

    private string Quoted() => Body.IsEmpty ? "it is empty" : $"'{Cut(System.Text.Encoding.UTF8.GetString(Body.Span[..Math.Min(Body.Length, MostQuoted * 4)]))}'";

    private static string Cut(string text)
    {
        var line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length <= MostQuoted ? line : $"{line[..MostQuoted]}…";
    }
}

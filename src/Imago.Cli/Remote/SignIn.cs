using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Imago.Cli.Remote;

/// <summary>Client credentials for a token, as Azure's own clients do it: the server names its issuer, the issuer its token endpoint.</summary>
internal static class SignIn
{
    // A token is renewed a little early, so that it does not run out on its way.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan ByDefault = TimeSpan.FromHours(1);

    public static bool IsFresh(Profile profile, TimeProvider clock) => profile is { Token: not null, TokenExpiresAt: { } expires } && expires - Margin > clock.GetUtcNow();

    /// <summary>The profile with a new token.</summary>
    /// <exception cref="ArmException">The issuer refuses.</exception>
    public static async Task<Profile> SignedInAsync(HttpClient server, Profile profile, string secret, TimeProvider clock, CancellationToken cancellation)
    {
        var metadata = await JsonAsync(server, new HttpRequestMessage(HttpMethod.Get, $"/metadata/endpoints?api-version={ApiVersions.Metadata}"), "The server's metadata", cancellation);

        // Some servers answer with a list of clouds, as Azure did before 2022.
        var cloud = metadata is JsonArray clouds ? clouds.FirstOrDefault() : metadata;
        var login = cloud.Text("authentication.loginEndpoint") ?? throw new ArmException($"'{profile.Server}' does not say where to log in. Is it an Imago server?");
        var audience = cloud.Texts("authentication.audiences").FirstOrDefault() ?? profile.Server;
        var issuer = Issuer(login, profile.Tenant);

        // The issuer may be somebody else, whose certificate is not from the server's CA.
        using var own = ServerLink.IsSameServer(issuer, server.BaseAddress!) ? null : ServerLink.Open(new Uri(issuer.GetLeftPart(UriPartial.Authority)), caFile: null);
        var http = own ?? server;
        var discovery = await JsonAsync(http, new HttpRequestMessage(HttpMethod.Get, issuer + "/.well-known/openid-configuration"), "The issuer's configuration", cancellation);
        var endpoint = discovery.Text("token_endpoint") is { } named && Uri.TryCreate(named, UriKind.Absolute, out var address) && ServerLink.IsSafe(address)
            ? address
            : throw new ArmException($"The issuer '{issuer}' names no token endpoint over https.");

        // AZ-39
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint);
        request.Content = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["client_id"] = profile.ClientId!,
            ["client_secret"] = secret,
            ["grant_type"] = "client_credentials",
            ["scope"] = audience + "/.default",
        });
        var granted = await JsonAsync(http, request, $"Login of client '{profile.ClientId}'", cancellation);
        var lives = granted.Text("expires_in") is { } text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 1e7
            ? TimeSpan.FromSeconds(seconds)
            : ByDefault;
        return profile with
        {
            Token = granted.Text("access_token") ?? throw new ArmException($"The issuer '{issuer}' answered without a token."),
            TokenExpiresAt = clock.GetUtcNow() + lives,
        };
    }

    // AZ-36, AZ-37: an ADFS-style authority has no tenants; another one has a path for each.
    private static Uri Issuer(string login, string? tenant)
    {
        var text = login.TrimEnd('/');
        if (tenant is not null && !text.EndsWith("/adfs", StringComparison.OrdinalIgnoreCase))
        {
            text += $"/{Uri.EscapeDataString(tenant)}/v2.0";
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var issuer) && ServerLink.IsSafe(issuer)
            ? issuer
            : throw new ArmException($"The server names '{login}' to log in at, which is not an https address. The secret was not sent.");
    }

    private static async Task<JsonNode?> JsonAsync(HttpClient http, HttpRequestMessage request, string what, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.SendAsync(request, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            var body = ArmClient.Parsed(text);
            if (response.IsSuccessStatusCode)
            {
                return body ?? throw new ArmException($"{what}: '{request.RequestUri}' did not answer with JSON. Is it an Imago server?");
            }

            // OAuth errors have a shape of their own.
            var why = body.Text("error_description") ?? ArmError.Read(body)?.Text() ?? body.Text("error") ?? $"HTTP {(int)response.StatusCode}";
            throw new ArmException($"{what} was refused: {why}") { Status = (int)response.StatusCode, Code = body.Text("error") };
        }
        catch (HttpRequestException problem)
        {
            throw Unreachable(http.BaseAddress!, problem);
        }
        catch (TaskCanceledException problem) when (!cancellation.IsCancellationRequested)
        {
            throw new ArmException($"Server '{http.BaseAddress}' did not answer in time.", problem);
        }
    }

    /// <summary>In words what it means that nothing came back.</summary>
    public static ArmException Unreachable(Uri server, HttpRequestException problem)
    {
        var name = server.GetLeftPart(UriPartial.Authority);
        return problem switch
        {
            { HttpRequestError: HttpRequestError.SecureConnectionError } => new ArmException(
                $"Server '{name}' cannot be trusted: {(problem.InnerException ?? problem).Message.TrimEnd('.')}. Name the file with its CA certificate: imago login --ca-file FILE.", problem),
            { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => new ArmException(
                $"Server '{name}' is not running: nobody listens there. Start it, or name another one: imago login --server URL.", problem),
            _ => new ArmException($"Server '{name}' cannot be reached: {problem.Message}", problem),
        };
    }
}

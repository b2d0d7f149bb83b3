using System.Text;
using System.Text.Json;

namespace Imago.Kubernetes.Configuration;

/// <summary>
/// An identity that a program tells, as the clouds' kubeconfigs have it. The program is run when nothing is known, when what it told has expired, and once when the server
/// refuses it; never twice at the same time.
/// </summary>
internal sealed class ExecCredential(ExecPlugin plugin, ChosenContext? cluster, string subject, TimeProvider time) : Credential
{
    private readonly SemaphoreSlim _gate = new(1);
    private Identity? _known;
    private DateTimeOffset? _expires;

    /// <summary>How long the program may take; it may have to ask somebody far away.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    public override async ValueTask<Identity> GetAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            if (_known is { } known && (_expires is not { } end || time.GetUtcNow() < end))
            {
                return known;
            }

            if (plugin.InteractiveMode == "Always")
            {
                throw new CredentialException($"{subject}: {plugin.Command} wants to ask a person (interactiveMode Always), and Imago has none to ask. Use credentials that need nobody, such as a service account's token.");
            }

            (_known, _expires) = Read(await ExecProgram.RunAsync(plugin, ExecInfo.Write(plugin, cluster), subject, Timeout, time, cancellation));
            return _known;
        }
        finally
        {
            _gate.Release();
        }
    }

    public override bool Reject(Identity refused)
    {
        // Another one may be known by now; if it is the one that was refused, the program is asked again.
        Interlocked.CompareExchange(ref _known, null, refused);
        return true;
    }

    protected override void Dispose(bool disposing) => _gate.Dispose();

    private (Identity Identity, DateTimeOffset? Expires) Read(byte[] answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            var root = document.RootElement;
            if (Text(root, "apiVersion") is var version && version != plugin.ApiVersion)
            {
                throw new CredentialException($"{subject}: {plugin.Command} answers in apiVersion '{version}', but the kubeconfig says {plugin.ApiVersion}. Update the program or the kubeconfig.");
            }

            if (!root.TryGetProperty("status", out var status) || status.ValueKind != JsonValueKind.Object)
            {
                throw new CredentialException($"{subject}: {plugin.Command} answers without a status.");
            }

            var token = Text(status, "token");
            var certificate = Text(status, "clientCertificateData") is { } pem && Text(status, "clientKeyData") is { } key
                ? KubeconfigAccess.CertificateOf(Encoding.UTF8.GetBytes(pem), Encoding.UTF8.GetBytes(key), $"{subject}: {plugin.Command}")
                : null;
            if (token is null && certificate is null)
            {
                throw new CredentialException($"{subject}: {plugin.Command} tells neither a token nor a client certificate with its key.");
            }

            DateTimeOffset? expires = status.TryGetProperty("expirationTimestamp", out var end) && end.ValueKind == JsonValueKind.String ? end.GetDateTimeOffset() : null;
            return (new Identity(token is null ? null : Bearer(token, $"{subject}: {plugin.Command}"), certificate), expires);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // What it wrote is not shown: it may hold a secret.
            throw new CredentialException($"{subject}: {plugin.Command} did not write a readable ExecCredential.", e);
        }
        catch (KubeconfigException e)
        {
            throw new CredentialException(e.Message, e);
        }
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

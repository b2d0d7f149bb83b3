using System.Text.Json;
using System.Text.Json.Serialization;
using Imago.Cli.Terminals;

namespace Imago.Cli.Remote;

/// <summary>The profile on disk, readable by its owner alone.</summary>
internal sealed class ProfileFile(Terminal terminal)
{
    private const string ServerVariable = "IMAGO_SERVER";

    public string Path { get; } = System.IO.Path.Combine(Folder(terminal), "profile.json");

    /// <summary>The profile; what the environment says goes before what is stored, so that a pipeline needs no login. Null when neither names a server.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public async Task<Profile?> ReadAsync(CancellationToken cancellation)
    {
        var stored = await StoredAsync(cancellation);
        if (terminal.Environment(ServerVariable) is { Length: > 0 } server && !string.Equals(server.TrimEnd('/'), stored?.Server, StringComparison.OrdinalIgnoreCase))
        {
            // Nothing that was stored for one server may be sent to another.
            stored = new Profile { Server = server.TrimEnd('/') };
        }

        return stored is null ? null : Overlaid(stored);
    }

    public Task WriteAsync(Profile profile, CancellationToken cancellation) =>
        PrivateFile.WriteAsync(Path, JsonSerializer.SerializeToUtf8Bytes(profile, ProfileJson.Default.Profile), cancellation);

    /// <summary>Keeps a new token for the next command, if the profile is for the same server and client; what came from the environment is not kept.</summary>
    public async Task KeepTokenAsync(Profile renewed, CancellationToken cancellation)
    {
        if (await StoredAsync(cancellation) is { } stored
            && string.Equals(stored.Server, renewed.Server, StringComparison.OrdinalIgnoreCase) && string.Equals(stored.ClientId, renewed.ClientId, StringComparison.OrdinalIgnoreCase))
        {
            await WriteAsync(stored with { Token = renewed.Token, TokenExpiresAt = renewed.TokenExpiresAt }, cancellation);
        }
    }

    /// <summary>Forgets everything; false when there was nothing.</summary>
    public bool Delete()
    {
        if (!File.Exists(Path))
        {
            return false;
        }

        File.Delete(Path);
        return true;
    }

    private static string Folder(Terminal terminal)
    {
        if (terminal.Environment("IMAGO_CONFIG_DIR") is { Length: > 0 } own)
        {
            return own;
        }

        var configuration = terminal.Environment("XDG_CONFIG_HOME") is { Length: > 0 } xdg
            ? xdg
            : System.IO.Path.Combine(terminal.Environment("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
        return System.IO.Path.Combine(configuration, "imago");
    }

    private async Task<Profile?> StoredAsync(CancellationToken cancellation)
    {
        try
        {
            await using var file = File.OpenRead(Path);
            return await JsonSerializer.DeserializeAsync(file, ProfileJson.Default.Profile, cancellation);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException problem)
        {
            throw new InputException($"Profile '{Path}' is damaged: {problem.Message} Make a new one with 'imago login'.", problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Profile '{Path}' cannot be read: {problem.Message}", problem);
        }
    }

    private Profile Overlaid(Profile stored)
    {
        var client = Said("IMAGO_CLIENT_ID") ?? stored.ClientId;
        var isSameClient = string.Equals(client, stored.ClientId, StringComparison.OrdinalIgnoreCase);
        return stored with
        {
            CaFile = Said("IMAGO_CA_FILE") ?? stored.CaFile,
            Subscription = Said("IMAGO_SUBSCRIPTION") ?? stored.Subscription,
            Group = Said("IMAGO_GROUP") ?? stored.Group,
            ClientId = client,
            ClientSecret = Said("IMAGO_CLIENT_SECRET") ?? (isSameClient ? stored.ClientSecret : null),
            Token = isSameClient ? stored.Token : null,
        };
    }

    private string? Said(string variable) => terminal.Environment(variable) is { Length: > 0 } value ? value : null;
}

/// <summary>How the profile is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Profile))]
internal sealed partial class ProfileJson : JsonSerializerContext;

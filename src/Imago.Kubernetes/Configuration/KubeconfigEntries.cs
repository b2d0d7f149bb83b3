using System.Collections.Immutable;
using YamlDotNet.RepresentationModel;

namespace Imago.Kubernetes.Configuration;

/// <summary>A context: which cluster, as whom.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Cluster">Name of the cluster.</param>
/// <param name="User">Name of the user.</param>
/// <param name="Namespace">Default namespace; null: none.</param>
public sealed record KubeContext(string Name, string Cluster, string User, string? Namespace);

/// <summary>A file that a kubeconfig names, or what would be in it. The inline form wins, as everywhere in Kubernetes.</summary>
/// <param name="File">Absolute path; null: none is named.</param>
/// <param name="Data">The contents as given; null: not given.</param>
internal sealed record FileOrData(string? File, byte[]? Data)
{
    public static FileOrData Nothing { get; } = new(null, null);

    public bool IsNothing => File is null && Data is null;

    /// <summary>Whether reading it touches this machine.</summary>
    public bool IsFile => Data is null && File is not null;

    public byte[]? Read(string what)
    {
        if (Data is not null || File is null)
        {
            return Data;
        }

        try
        {
            return System.IO.File.ReadAllBytes(File);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubeconfigException($"{what} '{File}' cannot be read: {e.Message} Correct the path or its permissions.", e);
        }
    }
}

/// <summary>A cluster as a kubeconfig names it.</summary>
internal sealed record KubeCluster(string Name, string Source)
{
    public string Server { get; init; } = "";

    public FileOrData Authority { get; init; } = FileOrData.Nothing;

    public string? TlsServerName { get; init; }

    public bool SkipVerification { get; init; }

    public string? Proxy { get; init; }

    /// <summary>What the cluster wants exec plugins to know.</summary>
    public YamlNode? ExecConfig { get; init; }
}

/// <summary>A user as a kubeconfig names it. Everything here is secret.</summary>
internal sealed record KubeUser(string Name, string Source)
{
    public FileOrData Certificate { get; init; } = FileOrData.Nothing;

    public FileOrData Key { get; init; } = FileOrData.Nothing;

    public string? Token { get; init; }

    public string? TokenFile { get; init; }

    public string? UserName { get; init; }

    public string? Password { get; init; }

    public ExecPlugin? Exec { get; init; }

    /// <summary>Name of a provider of the kind that Kubernetes has removed; null: none.</summary>
    public string? AuthProvider { get; init; }

    /// <summary>Not the secrets.</summary>
    public override string ToString() => $"user {Name}";
}

/// <summary>A program that knows who we are.</summary>
internal sealed record ExecPlugin(string ApiVersion, string Command)
{
    public ImmutableArray<string> Arguments { get; init; } = [];

    public ImmutableArray<KeyValuePair<string, string>> Environment { get; init; } = [];

    public string? InstallHint { get; init; }

    public string InteractiveMode { get; init; } = "IfAvailable";

    public bool ProvideClusterInfo { get; init; }
}

/// <summary>What a kubeconfig would do to the machine that uses it: run a program, or read a file.</summary>
/// <param name="Kind">What.</param>
/// <param name="Subject">The command or the path.</param>
/// <param name="Field">Which field says so, for messages: <c>user 'a': exec</c>.</param>
public sealed record LocalUse(LocalUseKind Kind, string Subject, string Field);

/// <summary>What is done to the machine.</summary>
public enum LocalUseKind
{
    /// <summary>A program is run.</summary>
    Command,

    /// <summary>A file is read.</summary>
    File,
}

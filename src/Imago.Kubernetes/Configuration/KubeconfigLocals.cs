using System.Collections.Immutable;

namespace Imago.Kubernetes.Configuration;

/// <summary>Finds what a kubeconfig would do to the machine that uses it.</summary>
internal static class KubeconfigLocals
{
    public static ImmutableArray<LocalUse> Of(KubeCluster cluster, KubeUser user)
    {
        var uses = ImmutableArray.CreateBuilder<LocalUse>();
        AddFile(cluster.Authority, $"cluster '{cluster.Name}': certificate-authority");
        AddFile(user.Certificate, $"user '{user.Name}': client-certificate");
        AddFile(user.Key, $"user '{user.Name}': client-key");
        if (user.TokenFile is { } file)
        {
            uses.Add(new LocalUse(LocalUseKind.File, file, $"user '{user.Name}': tokenFile"));
        }

        if (user.Exec is { } plugin)
        {
            uses.Add(new LocalUse(LocalUseKind.Command, plugin.Command, $"user '{user.Name}': exec"));
        }

        return uses.ToImmutable();

        void AddFile(FileOrData what, string field)
        {
            if (what.IsFile)
            {
                uses.Add(new LocalUse(LocalUseKind.File, what.File!, field));
            }
        }
    }
}

using System.Collections.Immutable;
using Imago.Application.Attachments;
using Imago.Domain.Maintenance;
using Imago.Kubernetes.Configuration;

namespace Imago.Server.Attachments;

/// <summary>Whoever may attach a cluster must not thereby run programs or read files on the server (ADR 26).</summary>
/// <param name="programs">Programs that the server's owner lets kubeconfigs run (setting <c>kubernetes.execPlugins</c>).</param>
internal sealed class KubeconfigRules(ImmutableArray<string> programs) : IKubeconfigRules
{
    private const string Source = "of the request";

    /// <inheritdoc />
    public ImmutableArray<Problem> Check(string kubeconfig, string? context)
    {
        try
        {
            return [.. Kubeconfig.Parse(kubeconfig, Source).LocalUses(context).Where(IsRefused).Select(Refusal)];
        }
        catch (KubeconfigException problem)
        {
            return [new Problem("", problem.Message)];
        }
    }

    // Compared as written: a path that ends in an allowed name is another program.
    private bool IsRefused(LocalUse use) => use.Kind == LocalUseKind.File || !programs.Contains(use.Subject, StringComparer.Ordinal);

    private static Problem Refusal(LocalUse use) => new("", use.Kind == LocalUseKind.File
        ? $"The kubeconfig names a file ({use.Field}), which would be read on the server. Inline its content: 'kubectl config view --flatten --minify --raw' does, and so does 'imago cluster attach'."
        : $"The kubeconfig runs a program ({use.Field}), which would run on the server. Give a token or a client certificate instead, such as that of a service account; or have the server's owner allow the program in setting kubernetes.execPlugins.");
}

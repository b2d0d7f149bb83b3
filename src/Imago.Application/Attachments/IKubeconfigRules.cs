using System.Collections.Immutable;
using Imago.Domain.Maintenance;

namespace Imago.Application.Attachments;

/// <summary>Judges kubeconfigs that callers send to the server.</summary>
public interface IKubeconfigRules
{
    /// <summary>
    /// Everything that is wrong with a kubeconfig. What would run programs or read files on the server is refused, unless the server's owner allows the program
    /// (setting <c>kubernetes.execPlugins</c>). Messages never quote a secret.
    /// </summary>
    /// <param name="kubeconfig">The text.</param>
    /// <param name="context">The context that is going to be used; null: the current one.</param>
    ImmutableArray<Problem> Check(string kubeconfig, string? context);
}

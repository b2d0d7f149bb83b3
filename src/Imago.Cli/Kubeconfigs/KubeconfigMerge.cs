using System.Text;
using Imago.Cli.Remote;

namespace Imago.Cli.Kubeconfigs;

/// <summary>Puts the entries of one kubeconfig into another file, as <c>az aks get-credentials</c> does.</summary>
internal static class KubeconfigMerge
{
    /// <summary>Merges, makes the new context the current one, and says its name.</summary>
    /// <param name="text">The kubeconfig to put in.</param>
    /// <param name="file">The file to put it into; made if it is not there.</param>
    /// <param name="overwrite">Whether entries of the same name may be replaced.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    /// <exception cref="InputException">The file is no kubeconfig, or has other entries of these names.</exception>
    public static async Task<string> IntoAsync(string text, string file, bool overwrite, CancellationToken cancellation)
    {
        var added = KubeconfigDocument.Parse("the server's answer", text);
        var context = added.CurrentContext ?? added.Contexts.FirstOrDefault() ?? throw new InputException("The server's kubeconfig has no context.");
        var target = File.Exists(file) ? KubeconfigDocument.Parse(file, await TextAsync(file, cancellation)) : KubeconfigDocument.Empty();
        var chosen = added.Entry("contexts", context) ?? throw new InputException($"The server's kubeconfig has no context '{context}'.");
        List<string> taken = [];
        foreach (var (list, name) in new[] { ("clusters", KubeconfigDocument.Text(chosen, "cluster")!), ("users", KubeconfigDocument.Text(chosen, "user")!), ("contexts", context) })
        {
            if (added.Entry(list, name) is { } entry && !target.Put(list, name, entry, overwrite))
            {
                taken.Add($"{list[..^1]} '{name}'");
            }
        }

        if (taken.Count > 0)
        {
            throw new InputException($"File '{file}' has another {string.Join(" and another ", taken)} already. Replace with --overwrite, or write to another file with --file FILE.");
        }

        target.CurrentContext = context;
        await PrivateFile.WriteAsync(file, Encoding.UTF8.GetBytes(target.Write()), cancellation);
        return context;
    }

    private static async Task<string> TextAsync(string file, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellation);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"File '{file}' cannot be read: {problem.Message}", problem);
        }
    }
}

using System.Text;
using Imago.Cli.Inputs;
using Imago.Cli.Terminals;
using Imago.Kubernetes.Configuration;

namespace Imago.Cli.Kubeconfigs;

/// <summary>Where kubeconfigs are, by kubectl's rules: the file that is named, else those of <c>KUBECONFIG</c>, else <c>~/.kube/config</c>.</summary>
internal static class KubeconfigPlaces
{
    // Kubeconfigs of hundreds of clusters are some hundred KiB.
    private const int MostBytes = 4 * 1024 * 1024;

    /// <summary>One context of the kubeconfig as it is sent to the server: a text that needs no file beside it.</summary>
    /// <param name="terminal">The environment.</param>
    /// <param name="named">The file; <c>-</c> is standard input, null the usual ones.</param>
    /// <param name="context">The context; null: the current one.</param>
    /// <param name="allowExec">Whether a program that fetches credentials is sent along, for the server to run.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    /// <exception cref="InputException">Something is missing, or only this machine could use it.</exception>
    public static async Task<(string Text, string? Context)> FlatAsync(Terminal terminal, string? named, string? context, bool allowExec, CancellationToken cancellation)
    {
        try
        {
            var kubeconfig = await ReadAsync(terminal, named, cancellation);
            var program = kubeconfig.LocalUses(context).FirstOrDefault(u => u.Kind == LocalUseKind.Command);
            return program is null || allowExec ? (kubeconfig.Flatten(context), context ?? kubeconfig.CurrentContext) : throw OnlyRunsHere(program.Subject, context ?? kubeconfig.CurrentContext);
        }
        catch (KubeconfigException problem)
        {
            throw new InputException(problem.Message, problem);
        }
    }

    /// <summary>The file that <c>kubectl config</c> would write to: the first of <c>KUBECONFIG</c> that exists, else its last, else <c>~/.kube/config</c>.</summary>
    public static string Writable(Terminal terminal)
    {
        var listed = (terminal.Environment("KUBECONFIG") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return listed.Length == 0 ? Path.Combine(Home(terminal), ".kube", "config") : Array.Find(listed, File.Exists) ?? listed[^1];
    }

    private static async Task<Kubeconfig> ReadAsync(Terminal terminal, string? named, CancellationToken cancellation)
    {
        if (named is null)
        {
            var listed = terminal.Environment("KUBECONFIG");
            return Kubeconfig.LoadDefault(listed, string.IsNullOrEmpty(listed) ? Home(terminal) : "");
        }

        var bytes = await InputFile.BytesAsync(named, MostBytes, terminal, cancellation);
        return bytes.Length <= MostBytes
            ? Kubeconfig.Parse(Encoding.UTF8.GetString(bytes.Span), named, named == InputFile.Standard ? null : Path.GetDirectoryName(Path.GetFullPath(named)))
            : throw new InputException($"File '{named}' is larger than {MostBytes / 1024 / 1024} MiB, which is no kubeconfig.");
    }

    private static InputException OnlyRunsHere(string program, string? context) => new(
        $"Context '{context}' gets its credentials from the program '{program}', which runs on this machine with your login. The server has neither.{Environment.NewLine}"
        + $"Give the server an account of its own: imago cluster rbac | kubectl --context {context} apply -f -{Environment.NewLine}"
        + "and make a kubeconfig with its token, as docs/kubernetes/attach.md shows. If the server has the program and its setting kubernetes.execPlugins allows it, add --allow-exec.");

    private static string Home(Terminal terminal) => terminal.Environment("HOME") ?? terminal.Environment("USERPROFILE")
        ?? throw new InputException("The home folder is not known (HOME is not set). Name the kubeconfig with --kubeconfig FILE.");
}

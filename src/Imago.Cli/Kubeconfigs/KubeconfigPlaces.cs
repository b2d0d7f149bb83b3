using Imago.Cli.Inputs;
using Imago.Cli.Terminals;

namespace Imago.Cli.Kubeconfigs;

/// <summary>Where kubeconfigs are, by kubectl's rules: the file that is named, else those of <c>KUBECONFIG</c>, else <c>~/.kube/config</c>.</summary>
internal static class KubeconfigPlaces
{
    // Kubeconfigs of hundreds of clusters are some hundred KiB.
    private const int MostBytes = 4 * 1024 * 1024;

    /// <summary>The files, in the order in which they are merged.</summary>
    public static IReadOnlyList<string> Of(Terminal terminal, string? named)
    {
        if (named is not null)
        {
            return [named];
        }

        var listed = (terminal.Environment("KUBECONFIG") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return listed.Length > 0 ? listed : [Path.Combine(Home(terminal), ".kube", "config")];
    }

    /// <summary>The file that <c>kubectl config</c> would write to: the first that exists, else the last.</summary>
    public static string Writable(Terminal terminal)
    {
        var all = Of(terminal, named: null);
        return all.FirstOrDefault(File.Exists) ?? all[^1];
    }

    /// <summary>Reads the files and merges them: of several entries of one name the first counts. Files of a list that do not exist are left out, as kubectl does.</summary>
    /// <exception cref="InputException">None exists, or one cannot be read.</exception>
    public static async Task<KubeconfigDocument> ReadAsync(Terminal terminal, string? named, CancellationToken cancellation)
    {
        var files = Of(terminal, named);
        KubeconfigDocument? merged = null;
        foreach (var file in files.Where(f => named is not null || File.Exists(f)))
        {
            var bytes = await InputFile.BytesAsync(file, MostBytes, terminal, cancellation);
            if (bytes.Length > MostBytes)
            {
                throw new InputException($"File '{file}' is larger than {MostBytes / 1024 / 1024} MiB, which is no kubeconfig.");
            }

            var read = KubeconfigDocument.Parse(file, System.Text.Encoding.UTF8.GetString(bytes.Span));
            merged = merged is null ? read : merged.And(read);
        }

        return merged ?? throw new InputException($"There is no kubeconfig: none of {string.Join(", ", files.Select(f => $"'{f}'"))} exists. Name one with --kubeconfig FILE.");
    }

    private static string Home(Terminal terminal) => terminal.Environment("HOME") ?? terminal.Environment("USERPROFILE")
        ?? throw new InputException("The home folder is not known (HOME is not set). Name the kubeconfig with --kubeconfig FILE.");
}

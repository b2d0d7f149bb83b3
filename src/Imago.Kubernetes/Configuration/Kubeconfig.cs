using System.Collections.Immutable;

namespace Imago.Kubernetes.Configuration;

/// <summary>A kubeconfig, or several as one: which clusters there are, and as whom they are reached.</summary>
public sealed class Kubeconfig
{
    internal Kubeconfig(
        string? currentContext,
        ImmutableSortedDictionary<string, KubeContext> contexts,
        ImmutableSortedDictionary<string, KubeCluster> clusters,
        ImmutableSortedDictionary<string, KubeUser> users,
        string source)
    {
        (CurrentContext, Contexts, Clusters, Users, Source) = (currentContext, contexts, clusters, users, source);
    }

    /// <summary>The context that is used when none is named; null: none.</summary>
    public string? CurrentContext { get; }

    /// <summary>The contexts by name.</summary>
    public ImmutableSortedDictionary<string, KubeContext> Contexts { get; }

    /// <summary>Where it came from, for messages.</summary>
    public string Source { get; }

    internal ImmutableSortedDictionary<string, KubeCluster> Clusters { get; }

    internal ImmutableSortedDictionary<string, KubeUser> Users { get; }

    /// <summary>Reads a text.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="source">Where it came from, for messages.</param>
    /// <param name="folder">What relative paths are relative to; null: they are refused when used.</param>
    /// <exception cref="KubeconfigException">It is no kubeconfig.</exception>
    public static Kubeconfig Parse(string text, string source, string? folder = null) => KubeconfigReader.Read(text, source, folder);

    /// <summary>Reads a file.</summary>
    /// <exception cref="KubeconfigException">It cannot be read, or is no kubeconfig.</exception>
    public static Kubeconfig Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path, Path.GetDirectoryName(Path.GetFullPath(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubeconfigException($"Kubeconfig '{path}' cannot be read: {e.Message} Name another file, or correct its permissions.", e);
        }
    }

    /// <summary>What kubectl would use: the files that <c>KUBECONFIG</c> lists, else <c>.kube/config</c> in the home folder. Listed files that do not exist are skipped.</summary>
    /// <param name="listed">Value of <c>KUBECONFIG</c>; null or empty: not set.</param>
    /// <param name="home">The home folder.</param>
    /// <exception cref="KubeconfigException">There is none, or one of them is none.</exception>
    public static Kubeconfig LoadDefault(string? listed, string home)
    {
        if (string.IsNullOrEmpty(listed))
        {
            return Load(Path.Combine(home, ".kube", "config"));
        }

        var files = listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(File.Exists).ToList();
        return files.Count > 0
            ? Merge(files.Select(Load))
            : throw new KubeconfigException($"None of the files that KUBECONFIG lists exists: {listed}. Correct the variable, or name a kubeconfig.");
    }

    /// <summary>Several as one. Of entries with the same name, and of the current contexts, the first one counts.</summary>
    public static Kubeconfig Merge(IEnumerable<Kubeconfig> several)
    {
        var all = several.ToList();
        return new Kubeconfig(
            all.Select(k => k.CurrentContext).FirstOrDefault(c => !string.IsNullOrEmpty(c)),
            FirstOf(all, k => k.Contexts),
            FirstOf(all, k => k.Clusters),
            FirstOf(all, k => k.Users),
            string.Join(Path.PathSeparator, all.Select(k => k.Source)));
    }

    /// <summary>What using a context would do to this machine.</summary>
    /// <param name="context">Its name; null: the current one.</param>
    public ImmutableArray<LocalUse> LocalUses(string? context = null)
    {
        var chosen = Choose(context);
        return KubeconfigLocals.Of(chosen.Cluster, chosen.User);
    }

    /// <summary>One context as a text of its own, with the contents of the files it names. Exec plugins stay: what they do cannot be written down.</summary>
    /// <param name="context">Its name; null: the current one.</param>
    /// <exception cref="KubeconfigException">A file cannot be read, or something is missing.</exception>
    public string Flatten(string? context = null) => KubeconfigWriter.Write(Choose(context));

    /// <summary>How to reach the cluster of a context.</summary>
    /// <param name="context">Its name; null: the current one.</param>
    /// <param name="time">The clock, for what expires.</param>
    /// <exception cref="KubeconfigException">Something is missing or wrong; the message says what to do.</exception>
    public ClusterAccess Access(string? context, TimeProvider time) => KubeconfigAccess.Of(Choose(context), time);

    private ChosenContext Choose(string? name)
    {
        var wanted = name ?? CurrentContext;
        if (string.IsNullOrEmpty(wanted))
        {
            throw new KubeconfigException($"Kubeconfig {Source} has no current context. Name one of: {Names(Contexts.Keys)}.");
        }

        if (!Contexts.TryGetValue(wanted, out var context))
        {
            throw new KubeconfigException($"Kubeconfig {Source} has no context '{wanted}'. It has: {Names(Contexts.Keys)}.");
        }

        if (!Clusters.TryGetValue(context.Cluster, out var cluster))
        {
            throw new KubeconfigException($"Kubeconfig {Source}, context '{wanted}': there is no cluster '{context.Cluster}'. It has: {Names(Clusters.Keys)}.");
        }

        // kubectl goes on without a user, too: some clusters ask nobody.
        if (!Users.TryGetValue(context.User, out var user))
        {
            user = context.User.Length == 0
                ? new KubeUser("", Source)
                : throw new KubeconfigException($"Kubeconfig {Source}, context '{wanted}': there is no user '{context.User}'. It has: {Names(Users.Keys)}.");
        }

        return new ChosenContext(context, cluster, user);
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } text ? text : "none";

    private static ImmutableSortedDictionary<string, TEntry> FirstOf<TEntry>(List<Kubeconfig> all, Func<Kubeconfig, ImmutableSortedDictionary<string, TEntry>> entries) =>
        all.SelectMany(entries).DistinctBy(e => e.Key, StringComparer.Ordinal).ToImmutableSortedDictionary(StringComparer.Ordinal);
}

/// <summary>A context with what it names.</summary>
internal sealed record ChosenContext(KubeContext Context, KubeCluster Cluster, KubeUser User)
{
    /// <summary>For messages.</summary>
    public string Subject => $"Kubeconfig {Cluster.Source}, context '{Context.Name}'";
}

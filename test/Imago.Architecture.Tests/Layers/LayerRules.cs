using System.Reflection;
using System.Xml.Linq;

namespace Imago.Architecture.Tests.Layers;

/// <summary>Which project may refer to which: Domain ← Application ← adapters ← hosts, with Contracts beside Domain.</summary>
internal static class LayerRules
{
    private const string Domain = "Imago.Domain";
    private const string Contracts = "Imago.Contracts";
    private const string Application = "Imago.Application";

    private static readonly string[] Adapters = ["Imago.Simulation", "Imago.Kubernetes", "Imago.NodeOs", "Imago.Persistence", "Imago.Api", "Imago.Dashboard"];

    // What hosts may refer to: everything but one another.
    private static readonly string[] BelowHosts = [Domain, Contracts, Application, .. Adapters];

    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        [Domain] = [],
        [Contracts] = [],
        [Application] = [Domain],
        ["Imago.Simulation"] = [Domain, Application],
        ["Imago.Kubernetes"] = [Domain, Application],
        ["Imago.NodeOs"] = [Domain, Application],
        ["Imago.Persistence"] = [Domain, Application],

        // Only the API and clients map between Contracts and Domain.
        ["Imago.Api"] = [Domain, Application, Contracts],
        ["Imago.Dashboard"] = [Domain, Application, Contracts],
        ["Imago.Server"] = BelowHosts,
        ["Imago.Agent"] = BelowHosts,
        // One executable: `imago server` starts the server, `imago agent` the agent in the same process.
        ["Imago.Cli"] = [.. BelowHosts, "Imago.Server", "Imago.Agent"],
    };

    /// <summary>References between projects under src/ that the layers do not allow, and projects that have no layer.</summary>
    public static IEnumerable<string> Violations(Repository repository)
    {
        foreach (var project in repository.Files("src", ".csproj"))
        {
            var references = XDocument.Parse(repository.Read(project)).Descendants("ProjectReference")
                .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
            foreach (var violation in Violations(Path.GetFileNameWithoutExtension(project), references))
            {
                yield return violation;
            }
        }
    }

    /// <summary>The same for a compiled assembly, which also shows what a project uses through another one.</summary>
    public static IEnumerable<string> Violations(Assembly assembly, string project) =>
        Violations(project, assembly.GetReferencedAssemblies().Select(r => r.Name!).Where(n => n.StartsWith("Imago.", StringComparison.Ordinal)));

    private static IEnumerable<string> Violations(string project, IEnumerable<string> references)
    {
        if (!Allowed.TryGetValue(project, out var allowed))
        {
            return [$"{project} has no layer. Give it one in {nameof(LayerRules)}, as DESIGN draws it."];
        }

        return references.Where(r => !allowed.Contains(r, StringComparer.Ordinal)).Select(r =>
            $"{project} refers to {r}; it may refer to {(allowed.Length == 0 ? "no other project" : string.Join(", ", allowed))}.");
    }
}

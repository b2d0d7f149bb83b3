using System.Text.RegularExpressions;
using Imago.Application.Attachments.Checks;
using Imago.Domain.Rollouts.Explanations;
using Imago.Kubernetes.Inspections;
using Shouldly;
using Xunit;

namespace Imago.Architecture.Tests.Kubernetes;

/// <summary>What is written about real clusters says what the code says.</summary>
public sealed class KubernetesPageTests
{
    private const string Manifest = "deploy/kubernetes/rbac.yaml";

    [Fact]
    public void Manifest_InTheRepository_IsWhatTheCommandPrints()
    {
        var rendered = RbacManifest.Render();
        if (Environment.GetEnvironmentVariable("IMAGO_UPDATE_GOLDENS") == "1")
        {
            File.WriteAllText(Path.Combine(Repository.Own.Root, Manifest), rendered);
        }

        Repository.Own.Read(Manifest).ShouldBe(rendered, "Print it again: imago cluster rbac > deploy/kubernetes/rbac.yaml");
    }

    [Fact]
    public void Manifest_GrantsNoWildcard()
    {
        RbacManifest.Render().ShouldNotContain("*");
        ClusterPermissions.All.ShouldAllBe(p => p.Verb != "*" && p.Resource != "*" && p.Resource != "secrets");
        ClusterPermissions.All.DistinctBy(p => (p.Group, p.Resource, p.Verb, p.Scope)).Count().ShouldBe(ClusterPermissions.All.Length);
    }

    [Fact]
    public void Permissions_EachOfThem_StandsOnItsPage()
    {
        var page = Repository.Own.Lines("docs/kubernetes/permissions.md");
        ClusterPermissions.All.GroupBy(p => (p.Name, p.Why)).Where(g => !page.Any(l => l.Contains($"`{g.Key.Name}`", StringComparison.Ordinal) && l.Contains(string.Join(", ", g.Select(p => p.Verb)), StringComparison.Ordinal)))
            .Select(g => $"{g.Key.Name}: {string.Join(", ", g.Select(p => p.Verb))}").ShouldBeEmpty();
    }

    [Fact]
    public void Findings_EachCode_HasASection() => Missing(FindingCodes.All).ShouldBeEmpty();

    [Fact]
    public void Reasons_EachCode_HasASection() => Missing(Enum.GetNames<ReasonCode>()).ShouldBeEmpty();

    [Fact]
    public void Findings_ListedCodes_AreThoseThatProvidersAreTriedFor() =>
        Repository.Own.Sources().Where(f => f.StartsWith("src/Imago.Kubernetes/Providers/Checking/", StringComparison.Ordinal))
            .SelectMany(f => Regex.Matches(Repository.Own.Read(f), "\"(?<code>Provider[A-Z][A-Za-z]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(m => m.Groups["code"].Value))
            .Distinct(StringComparer.Ordinal).Where(c => !FindingCodes.All.Contains(c)).ShouldBeEmpty();

    private static IEnumerable<string> Missing(IEnumerable<string> codes)
    {
        var sections = Repository.Own.Lines("docs/kubernetes/troubleshooting.md").Where(l => l.StartsWith("### ", StringComparison.Ordinal)).Select(l => l[4..].Trim().Trim('`')).ToHashSet(StringComparer.Ordinal);
        return codes.Where(c => !sections.Contains(c));
    }
}

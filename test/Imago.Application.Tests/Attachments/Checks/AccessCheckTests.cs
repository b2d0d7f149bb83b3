using Imago.Application.Attachments;
using Imago.Application.Attachments.Checks;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Attachments.Checks;

public sealed class AccessCheckTests
{
    [Fact]
    public void Judge_AllIsWell_SaysSoAndWhatCannotBeSeen() =>
        ClusterChecks.Judge(FactsKit.Healthy).Select(f => (f.Code, f.Level)).ShouldBe(
        [
            (FindingCodes.ClusterReachable, FindingLevel.Good), (FindingCodes.Permissions, FindingLevel.Good), (FindingCodes.ClockSkew, FindingLevel.Good),
            (FindingCodes.ProviderReachable, FindingLevel.Good), (FindingCodes.UpdatesInsideNodes, FindingLevel.Note),
        ]);

    [Fact]
    public void Judge_EveryFindingThatIsNotGood_SaysWhatToDo()
    {
        var spoilt = FactsKit.Healthy with { TlsUnverified = true, Version = "v1.20.0", Apis = [], Provider = default, ClockAhead = Duration.FromSeconds(-90) };
        ClusterChecks.Judge(spoilt).Where(f => f.Level != FindingLevel.Good).ShouldAllBe(f => f.Remedy.Length > 0 && f.Subject.Length > 0);
        ClusterChecks.Judge(spoilt).ShouldAllBe(f => FindingCodes.All.Contains(f.Code));
    }

    [Theory]
    [InlineData("v1.24.17", FindingCodes.KubernetesVersionTooOld, FindingLevel.Problem)]
    [InlineData("v1.25.0+k3s1", FindingCodes.KubernetesVersionUnsupported, FindingLevel.Warning)]
    [Trait("Rule", "CH-86")]
    public void Version_Old_IsAProblemOnlyWhereItCannotWork(string version, string code, FindingLevel level) => (FactsKit.Healthy with { Version = version }).Only(code).Level.ShouldBe(level);

    [Theory]
    [InlineData("v1.36.2")]
    [InlineData("v1.99.0")]
    public void Version_SupportedOrNewerThanTheTable_IsNoFinding(string version) =>
        ClusterChecks.Judge(FactsKit.Healthy with { Version = version }).ShouldNotContain(f => f.Code.StartsWith("KubernetesVersion", StringComparison.Ordinal));

    [Fact]
    public void Apis_OneMissing_IsNamed()
    {
        var found = (FactsKit.Healthy with { Apis = ["apps/v1", "coordination.k8s.io/v1", "policy/v1beta1"] }).Only(FindingCodes.ApiMissing);
        (found.Level, found.Subject).ShouldBe((FindingLevel.Problem, "policy/v1"));
    }

    [Fact]
    public void Apis_Unreadable_AreNotCalledMissing() => ClusterChecks.Judge(FactsKit.Healthy with { Apis = default }).ShouldNotContain(f => f.Code == FindingCodes.ApiMissing);

    [Theory]
    [InlineData("nodes", "patch", FindingLevel.Problem, "may not patch nodes, by which Imago cordons nodes and keeps its marks, labels, annotations and the steering taint. Without it no rollout is possible. The cluster says: no RBAC policy matched")]
    [InlineData("pods", "delete", FindingLevel.Warning, "Without it forced upgrades stop at the budgets they should pass.")]
    [InlineData("events", "create", FindingLevel.Warning, "events in namespace default")]
    [InlineData("plans", "list", FindingLevel.Note, "plans.upgrade.cattle.io")]
    [InlineData("configmaps", "delete", FindingLevel.Problem, "configmaps in namespace imago-system")]
    [Trait("Rule", "UP-80")]
    public void Permission_Missing_SaysForWhatItIsNeeded(string resource, string verb, FindingLevel level, string says)
    {
        var permission = ClusterPermissions.All.Single(p => p.Resource == resource && p.Verb == verb);
        var found = (FactsKit.Healthy with { Refused = [new RefusedPermission(permission, "no RBAC policy matched")] }).Only(FindingCodes.PermissionMissing);
        found.Level.ShouldBe(level);
        found.Message.ShouldContain(says);
        found.Remedy.ShouldContain("imago cluster rbac");
    }

    [Fact]
    public void Permissions_SeveralVerbsOfOneKind_AreOneFinding()
    {
        var refused = ClusterPermissions.All.Where(p => p.Resource == "leases").Select(p => new RefusedPermission(p, ""));
        (FactsKit.Healthy with { Refused = [.. refused] }).Only(FindingCodes.PermissionMissing).Message.ShouldStartWith("The account may not get, list, watch, create, update, delete leases.coordination.k8s.io in namespace imago-system");
    }

    [Fact]
    public void Permissions_NotTold_IsAWarning() => (FactsKit.Healthy with { Refused = default }).Only(FindingCodes.PermissionMissing).Level.ShouldBe(FindingLevel.Warning);

    [Fact]
    public void Namespace_Missing_IsAProblem() =>
        (FactsKit.Healthy with { Traces = new OwnTraces(NamespaceExists: false, [], null, null) }).Only(FindingCodes.NamespaceMissing).Level.ShouldBe(FindingLevel.Problem);

    [Fact]
    public void Namespace_MissingButWeMayMakeIt_IsNoFinding() =>
        ClusterChecks.Judge(FactsKit.Healthy with { Traces = new OwnTraces(NamespaceExists: false, [], null, null) { NamespaceCanBeMade = true } }).ShouldNotContain(f => f.Code == FindingCodes.NamespaceMissing);

    [Theory]
    [InlineData(5, FindingLevel.Good, "agree")]
    [InlineData(-5, FindingLevel.Good, "agree")]
    [InlineData(6, FindingLevel.Note, "6 s ahead of ours")]
    [InlineData(-31, FindingLevel.Warning, "31 s behind ours")]
    [InlineData(61, FindingLevel.Problem, "ages of nodes and pods")]
    public void Clock_Off_GetsWorseWithTheDistance(int seconds, FindingLevel level, string says)
    {
        var found = (FactsKit.Healthy with { ClockAhead = Duration.FromSeconds(seconds) }).Only(FindingCodes.ClockSkew);
        found.Level.ShouldBe(level);
        found.Message.ShouldContain(says);
    }

    [Fact]
    public void Clock_NotTold_IsNoFinding() => ClusterChecks.Judge(FactsKit.Healthy with { ClockAhead = null }).ShouldNotContain(f => f.Code == FindingCodes.ClockSkew);

    [Fact]
    public void Tls_NotVerified_IsAWarning() => (FactsKit.Healthy with { TlsUnverified = true }).Only(FindingCodes.TlsNotVerified).Level.ShouldBe(FindingLevel.Warning);

    [Fact]
    [Trait("Rule", "UP-80")]
    public void Provider_None_SaysWhatIsPossible()
    {
        var none = (FactsKit.Healthy with { Provider = default }).Only(FindingCodes.ProviderMissing);
        none.Level.ShouldBe(FindingLevel.Note);
        none.Message.ShouldContain("channels None and Unmanaged are possible");
    }

    [Fact]
    public void Nodes_MayNotBeListed_LeavesOnlyWhatIsKnown() =>
        ClusterChecks.Judge(FactsKit.Healthy with { Nodes = default, Pools = [] }).Select(f => f.Code).ShouldBe(
            [FindingCodes.ClusterReachable, FindingCodes.Permissions, FindingCodes.ClockSkew, FindingCodes.ProviderReachable]);
}

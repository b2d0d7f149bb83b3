using Imago.Agent.Install;
using Imago.Agent.Settings;
using Imago.Agent.Serving;
using YamlDotNet.RepresentationModel;

namespace Imago.Agent.Tests.Install;

public sealed class ManifestTests
{
    private static readonly List<YamlMappingNode> Objects = Load("deploy/agent/daemonset.yaml");

    [Fact]
    public void DaemonSet_Role_GrantsWhatTheAgentDoesAndNothingElse()
    {
        var granted = Objects.Where(o => Text(o, "kind") is "ClusterRole" or "Role").SelectMany(o => (YamlSequenceNode)o["rules"]).Cast<YamlMappingNode>()
            .SelectMany(rule => Texts(rule, "resources").SelectMany(resource => Texts(rule, "verbs").Select(verb => $"{string.Join(',', Texts(rule, "apiGroups"))}/{resource} {verb}")));
        granted.ShouldBe(AgentPermissions.All.Select(p => $"/{p.Resource} {p.Verb}"), ignoreOrder: true);
    }

    [Fact]
    public void DaemonSet_Policy_ComparesTheTokensNodeWithTheNode()
    {
        var policy = Objects.Single(o => Text(o, "kind") == "ValidatingAdmissionPolicy");
        var expressions = ((YamlSequenceNode)policy["spec"]["validations"]).Select(v => v["expression"].ToString()).ToList();
        expressions[0].ShouldContain("request.userInfo.extra[\"authentication.kubernetes.io/node-name\"][0] == object.metadata.name");
        expressions[1].ShouldBe("object.spec == oldObject.spec");

        // NodeRestriction keeps kubelets from labels that call work to a node; a service account it does not know.
        expressions[2].ShouldContain($"k == \"{NodePatches.Labels.ShouldHaveSingleItem()}\"");
        policy["spec"]["failurePolicy"].ToString().ShouldBe("Fail");
    }

    [Fact]
    public void DaemonSet_Settings_AreReadWithoutProblems()
    {
        var map = Objects.Single(o => Text(o, "kind") == "ConfigMap");
        var settings = SettingsReader.Read(map["data"]["agent.json"].ToString(), out var problems);
        problems.ShouldBeEmpty();
        settings.Enter[0].ShouldBe("nsenter");
    }

    [Fact]
    public void DaemonSet_Pods_RunOnEveryNodeAndEndInOrder()
    {
        var pod = Objects.Single(o => Text(o, "kind") == "DaemonSet")["spec"]["template"]["spec"];
        ((YamlSequenceNode)pod["tolerations"]).ShouldHaveSingleItem()["operator"].ToString().ShouldBe("Exists");
        pod["hostPID"].ToString().ShouldBe("true");
        pod["terminationGracePeriodSeconds"].ToString().ShouldBe("1800");
    }

    // NodeRestriction keeps a kubelet from labels below kubernetes.io and k8s.io but for a few, and from node-restriction.kubernetes.io altogether.
    [Fact]
    public void Agent_Labels_MayBeWrittenByAKubelet() =>
        NodePatches.Labels.ShouldAllBe(l => !IsBelow(l, "kubernetes.io") && !IsBelow(l, "k8s.io"));

    [Fact]
    public void Unit_Stop_LetsAnInstallationEndInOrder()
    {
        var unit = File.ReadAllLines(Repository.File("deploy/agent/imago-agent.service"));
        unit.ShouldContain("KillMode=mixed");
        unit.ShouldContain("TimeoutStopSec=30min");
        unit.ShouldContain("ExecStart=/usr/local/bin/imago-agent run");
    }

    private static bool IsBelow(string label, string domain)
    {
        var prefix = label.Split('/')[0];
        return prefix == domain || prefix.EndsWith("." + domain, StringComparison.Ordinal);
    }

    private static List<YamlMappingNode> Load(string path)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(Repository.File(path))));
        return [.. yaml.Documents.Select(d => d.RootNode).OfType<YamlMappingNode>()];
    }

    private static string Text(YamlMappingNode node, string name) => node[name].ToString();

    private static IEnumerable<string> Texts(YamlMappingNode node, string name) => ((YamlSequenceNode)node[name]).Select(n => n.ToString());
}

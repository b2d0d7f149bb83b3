using System.Text.Json;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Tests.Kit;
using Imago.Kubernetes.Transport;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Objects;

/// <summary>What a real cluster answered can be read.</summary>
public sealed class RecordedObjectTests
{
    [Fact]
    public void Objects_Recorded_AllParse()
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var body in RecordedExchange.All.Select(e => e.Body).Where(b => b.ValueKind == JsonValueKind.Object))
        {
            var kind = body.TryGetProperty("kind", out var name) ? name.GetString()! : "";
            object? read = kind switch
            {
                "Node" => body.Deserialize(KubernetesJson.Default.KubernetesNode),
                "NodeList" => body.Deserialize(KubernetesJson.Default.ObjectListKubernetesNode),
                "Pod" => body.Deserialize(KubernetesJson.Default.KubernetesPod),
                "PodList" => body.Deserialize(KubernetesJson.Default.ObjectListKubernetesPod),
                "PodDisruptionBudget" => body.Deserialize(KubernetesJson.Default.KubernetesBudget),
                "Deployment" => body.Deserialize(KubernetesJson.Default.Workload),
                "ConfigMap" => body.Deserialize(KubernetesJson.Default.ConfigMap),
                "Lease" => body.Deserialize(KubernetesJson.Default.Lease),
                "Event" => body.Deserialize(KubernetesJson.Default.KubernetesEvent),
                "PartialObjectMetadataList" => body.Deserialize(KubernetesJson.Default.ObjectListPartialObject),
                "Status" => body.Deserialize(KubernetesJson.Default.Status),
                _ => null,
            };
            if (read is not null)
            {
                counts[kind] = counts.GetValueOrDefault(kind) + 1;
            }
        }

        counts.Keys.ShouldBe(["ConfigMap", "Deployment", "Event", "Lease", "Node", "NodeList", "PartialObjectMetadataList", "Pod", "PodDisruptionBudget", "PodList", "Status"], ignoreOrder: true);
    }

    [Fact]
    public void Node_JustRegistered_HasPartsThatSayNothing()
    {
        var node = JsonSerializer.Deserialize("""{"kind":"Node","metadata":{"name":"rack-1"}}""", KubernetesJson.Default.KubernetesNode)!;

        node.Status.Conditions.ShouldBeNull();
        node.Status.NodeInfo.BootId.ShouldBeNullOrEmpty();
        node.Spec.Taints.ShouldBeNull();
    }

    [Fact]
    public void Watches_Recorded_AllLinesParse()
    {
        var lines = RecordedExchange.All
            .Where(e => e.Path.Contains("watch=true", StringComparison.Ordinal) && e.Body.TryGetProperty("stream", out _))
            .SelectMany(e => e.Body.GetProperty("stream").EnumerateArray())
            .Where(l => l.ValueKind == JsonValueKind.Object)
            .Select(l => WatchLine.Read(JsonSerializer.SerializeToUtf8Bytes(l), ResourceTypes.Nodes).Event!.Value)
            .ToList();

        lines.Select(l => l.Type).Distinct().ShouldBe([WatchEventType.Added, WatchEventType.Modified, WatchEventType.Bookmark], ignoreOrder: true);
        lines.Where(l => l.Type != WatchEventType.Bookmark).ShouldAllBe(l => l.Object.Metadata.Name!.StartsWith("aks-", StringComparison.Ordinal) && l.Object.Metadata.Labels.Count > 0);
        lines.ShouldContain(l => l.Object.Status.NodeInfo.KubeletVersion == "v1.36.2");
    }

    [Fact]
    public void Pod_Recorded_HasWhatWeUse()
    {
        var pod = RecordedExchange.Named("raw: list page 1 of pods", "GET").Body.Deserialize(KubernetesJson.Default.ObjectListKubernetesPod)!.Items![0];

        pod.Key.Namespace.ShouldBe("kube-system");
        pod.Metadata.Controller!.Kind.ShouldBe("DaemonSet");
        pod.Spec.NodeName.ShouldStartWith("aks-");
        pod.Status.Phase.ShouldBe("Running");
        pod.Metadata.CreationTimestamp.ShouldNotBeNull();
    }

    [Fact]
    public void Budget_Recorded_HasWhatWeUse()
    {
        var budget = RecordedExchange.Named("kubectl describe pdb", "GET").Body.Deserialize(KubernetesJson.Default.KubernetesBudget)!;

        budget.Spec.MinAvailable.ShouldBe("1");
        budget.Spec.Selector!.MatchLabels!["app"].ShouldBe("admin");
        budget.Status.ExpectedPods.ShouldBe(1);
        budget.Status.ObservedGeneration.ShouldBe(budget.Metadata.Generation);
    }

    [Fact]
    public void Labels_EqualSets_AreOneInstance()
    {
        var one = JsonSerializer.Deserialize("""{"labels":{"app":"web","tier":"front"}}""", KubernetesJson.Default.ObjectMeta)!;
        var other = JsonSerializer.Deserialize("""{"labels":{"tier":"front","app":"web"},"namespace":"shop"}""", KubernetesJson.Default.ObjectMeta)!;

        other.Labels.ShouldBeSameAs(one.Labels);
    }

    [Fact]
    public void Texts_Equal_AreOneInstance() =>
        TextPool.Of("kube-system"u8).ShouldBeSameAs(TextPool.Of("kube-system"u8));

    [Theory]
    [InlineData("\"25%\"", "25%")]
    [InlineData("3", "3")]
    public void IntOrText_BothForms_RoundTrip(string written, string expected)
    {
        var budget = JsonSerializer.Deserialize($$$"""{"spec":{"maxUnavailable":{{{written}}}} }""", KubernetesJson.Default.KubernetesBudget)!;

        budget.Spec.MaxUnavailable.ShouldBe(expected);
        JsonSerializer.Serialize(budget, KubernetesJson.Default.KubernetesBudget).ShouldContain($"\"maxUnavailable\":{written}");
    }
}

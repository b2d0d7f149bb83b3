using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Clusters;
using Imago.Kubernetes.Objects;
using NodaTime;
using Shouldly;
using Xunit;
using TestObjects = Imago.Kubernetes.Tests.Clusters.Kit.Objects;

namespace Imago.Kubernetes.Tests.Clusters;

public sealed class PodAndBudgetReaderTests
{
    [Fact]
    public void Read_PodOfADeployment_IsKnownByIt()
    {
        var pod = Read(TestObjects.Pod(), "web");

        pod.Owner.ShouldBe(new WorkloadRef("ReplicaSet", "web-1"));
        pod.Workload.ShouldBe(new WorkloadRef("Deployment", "web"));
        (pod.NodeName, pod.Phase, pod.Ready, pod.Terminating, pod.GracePeriod).ShouldBe(("n1", PodPhase.Running, true, false, Duration.FromSeconds(45)));
        pod.LeavesOnDrain.ShouldBeTrue();
    }

    [Fact]
    public void Read_PodsOfOneDeployment_ShareWhatNamesIt()
    {
        var (one, other) = (Read(TestObjects.Pod(), "web"), Read(TestObjects.Pod(), "web"));

        other.Owner.ShouldBeSameAs(one.Owner);
        other.Workload.ShouldBeSameAs(one.Workload);
        Read(TestObjects.Pod(), "shop").Workload.ShouldBe(new WorkloadRef("Deployment", "shop"));
    }

    [Theory]
    [InlineData("DaemonSet/logs", false, "Running", false)]
    [InlineData(null, true, "Running", false)]
    [InlineData("ReplicaSet/web-1", false, "Succeeded", false)]
    [InlineData("ReplicaSet/web-1", false, "Pending", true)]
    [InlineData(null, false, "Running", true)]
    [Trait("Rule", "UP-40")]
    public void Read_WhatStaysOnDrain_IsTold(string? owner, bool mirror, string phase, bool leaves) => Read(TestObjects.Pod(owner: owner, change: p =>
    {
        p["status"]!["phase"] = phase;
        if (mirror)
        {
            p["metadata"]!["annotations"] = new JsonObject { ["kubernetes.io/config.mirror"] = "abc" };
        }
    })).LeavesOnDrain.ShouldBe(leaves);

    [Fact]
    [Trait("Rule", "UP-40")]
    public void Read_PodBeingDeleted_IsTerminating() => Read(TestObjects.Pod(change: p => p["metadata"]!["deletionTimestamp"] = "2026-11-26T00:00:00Z")).Terminating.ShouldBeTrue();

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("-9223372036854775808")]
    public void Read_GraceBeyondAllMeasure_IsReadAllTheSame(string seconds) =>
        Read(TestObjects.Pod(change: p => p["spec"]!["terminationGracePeriodSeconds"] = JsonNode.Parse(seconds))).GracePeriod.ShouldBeInRange(Duration.Zero, Duration.FromDays(366));

    [Fact]
    public void Read_PodThatSaysNothing_HasTheUsualGraceAndNoNode()
    {
        var pod = Read(new JsonObject { ["metadata"] = new JsonObject(), ["spec"] = new JsonObject(), ["status"] = new JsonObject() });

        (pod.GracePeriod, pod.NodeName, pod.Phase, pod.Ready, pod.Owner).ShouldBe((Duration.FromSeconds(30), null, PodPhase.Pending, false, null));
    }

    [Fact]
    [Trait("Rule", "UP-44")]
    public void Read_Budget_HasItsLimitsAndStatus()
    {
        var budget = ReadBudget(TestObjects.Budget(1));

        (budget.MinAvailable, budget.DisruptionsAllowed, budget.CurrentHealthy, budget.DesiredHealthy, budget.ExpectedPods, budget.StatusIsStale).ShouldBe((IntOrPercent.Of(2), 1, 3, 2, 3, false));
        budget.Selector.Matches(new Dictionary<string, string> { ["app"] = "web" }).ShouldBeTrue();
        budget.Selector.Matches(new Dictionary<string, string> { ["app"] = "cart" }).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"metadata":{"generation":2},"spec":{"maxUnavailable":"25%"},"status":{"observedGeneration":1}}""", true)]
    [InlineData("""{"metadata":{"generation":1},"spec":{"maxUnavailable":"25%"}}""", true)]
    [InlineData("""{"metadata":{"generation":1},"spec":{"maxUnavailable":"25%"},"status":{"observedGeneration":1}}""", false)]
    public void Read_BudgetNotSeenToYet_IsStale(string json, bool stale) => ReadBudget((JsonObject)JsonNode.Parse(json)!).StatusIsStale.ShouldBe(stale);

    [Theory]
    [InlineData("null", false)]
    [InlineData("{}", true)]
    [InlineData("""{"matchExpressions":[{"key":"app","operator":"In","values":["web"]}]}""", true)]
    [InlineData("""{"matchExpressions":[{"key":"app","operator":"NotIn","values":["web"]}]}""", false)]
    [InlineData("""{"matchExpressions":[{"key":"app","operator":"Exists"}]}""", true)]
    [InlineData("""{"matchLabels":{"app":"web"},"matchExpressions":[{"key":"tier","operator":"DoesNotExist"}]}""", true)]
    [InlineData("""{"matchExpressions":[{"key":"app","operator":"Resembles","values":["web"]}]}""", false)]
    public void Read_Selector_SelectsAsTheApiDoes(string selector, bool selects)
    {
        var budget = ReadBudget(new JsonObject { ["metadata"] = new JsonObject(), ["spec"] = new JsonObject { ["selector"] = JsonNode.Parse(selector) } });

        budget.Selector.Matches(new Dictionary<string, string> { ["app"] = "web" }).ShouldBe(selects);
    }

    private static Pod Read(JsonObject pod, string? deployment = null)
    {
        pod["metadata"]!["name"] = "p";
        pod["metadata"]!["namespace"] = "shop";
        return PodReader.Read(pod.Deserialize(KubernetesJson.Default.KubernetesPod)!, _ => deployment);
    }

    private static DisruptionBudget ReadBudget(JsonObject budget) => BudgetReader.Read(budget.Deserialize(KubernetesJson.Default.KubernetesBudget)!);
}

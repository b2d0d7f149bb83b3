using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Imago.Application.Attachments;
using Imago.Kubernetes.Clusters;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Tests.Clusters.Kit;
using Imago.Kubernetes.Transport;

namespace Imago.Kubernetes.Tests.Conformance;

/// <summary>
/// The cluster that the adapter is tried on: the one of <c>IMAGO_TEST_KUBECONFIG</c>, or else a twin. What a test makes is in a namespace of its own, which goes with it.
/// </summary>
internal sealed class ClusterUnderTest : IAsyncDisposable
{
    private const string Variable = "IMAGO_TEST_KUBECONFIG";
    private readonly IAsyncDisposable? _twin;

    private ClusterUnderTest(string what, Attachment attachment, IAsyncDisposable? twin)
    {
        (What, Attachment, _twin) = (what, attachment, twin);
        Client = Connect(attachment);
    }

    /// <summary>What it is, for people.</summary>
    public string What { get; }

    /// <summary>How it is reached; the records go into the test's namespace.</summary>
    public Attachment Attachment { get; }

    /// <summary>Somebody else's client, which sees what the adapter did.</summary>
    public KubernetesClient Client { get; }

    public string Namespace => Attachment.Namespace;

    public static async Task<ClusterUnderTest> StartAsync(CancellationToken cancellation)
    {
        var space = $"imago-test-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } file)
        {
            return new ClusterUnderTest($"the cluster of {file}", new Attachment("real", await File.ReadAllTextAsync(file, cancellation), null, [], null) { Namespace = space }, null);
        }

        var twin = await TwinServer.StartAsync(cancellation);
        return new ClusterUnderTest("a twin", new Attachment(TwinServer.Key, twin.Kubeconfig, null, [], null) { Namespace = space }, twin);
    }

    public static KubernetesClient Connect(Attachment attachment) =>
        AttachmentClients.Connect(attachment, new KubernetesClientOptions { Time = new WallClock(), RequestsPerSecond = 200, Burst = 200 });

    /// <summary>A workload whose pods run; answers their keys.</summary>
    public async Task<IReadOnlyList<KubernetesPod>> RunAsync(string name, int replicas, CancellationToken cancellation)
    {
        (await Client.CreateAsync(ResourceTypes.Namespaces, new PartialObject { Metadata = new ObjectMeta { Name = Namespace } }, cancellation)).Refusal.ShouldBeNullOrExist();
        var labels = ImmutableDictionary<string, string>.Empty.Add("app", name);
        (await Client.CreateAsync(
            ResourceTypes.Deployments,
            new Workload
            {
                Metadata = new ObjectMeta { Namespace = Namespace, Name = name },
                Spec = new WorkloadSpec
                {
                    Replicas = replicas,
                    Selector = new WireSelector { MatchLabels = labels },
                    Template = new PodTemplate { Metadata = new ObjectMeta { Labels = labels }, Spec = new PodSpec { Containers = [new PodContainer { Name = "c", Image = "registry.k8s.io/pause:3.10" }] } },
                },
            },
            cancellation)).OrThrow();
        return await PodsAsync(name, pods => pods.Count(p => p.Status.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true) == replicas, cancellation);
    }

    /// <summary>A budget over the pods of a workload.</summary>
    public async Task GuardAsync(string name, string app, int minAvailable, CancellationToken cancellation) => (await Client.CreateAsync(
        ResourceTypes.Budgets,
        new KubernetesBudget
        {
            Metadata = new ObjectMeta { Namespace = Namespace, Name = name },
            Spec = new BudgetSpec { MinAvailable = minAvailable.ToString(System.Globalization.CultureInfo.InvariantCulture), Selector = new WireSelector { MatchLabels = ImmutableDictionary<string, string>.Empty.Add("app", app) } },
        },
        cancellation)).OrThrow();

    /// <summary>The pods of a workload, as soon as they are as they should be.</summary>
    public async Task<IReadOnlyList<KubernetesPod>> PodsAsync(string app, Func<List<KubernetesPod>, bool> areSo, CancellationToken cancellation)
    {
        for (var i = 0; ; i++)
        {
            var pods = new List<KubernetesPod>();
            await foreach (var pod in Client.ListAsync(ResourceTypes.Pods, new ListQuery { Namespace = Namespace, LabelSelector = $"app={app}" }, cancellation))
            {
                pods.Add(pod);
            }

            if (areSo(pods))
            {
                return pods;
            }

            if (i == 600)
            {
                throw new InvalidOperationException($"Pods of {app} on {What} are not as they should be: {string.Join(", ", pods.Select(p => $"{p.Key} {p.Status.Phase}"))}");
            }

            await Task.Delay(100, cancellation);
        }
    }

    /// <summary>Changes a node as somebody else.</summary>
    public async Task AnnotateAsync(string node, string key, string? value, CancellationToken cancellation)
    {
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [key] = value } } }.ToJsonString();
        (await Client.PatchAsync(ResourceTypes.Nodes, new Imago.Domain.Clusters.ObjectKey("", node), PatchKind.Merge, Encoding.UTF8.GetBytes(patch), cancellation)).OrThrow();
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DeleteAsync(ResourceTypes.Namespaces, new Imago.Domain.Clusters.ObjectKey("", Namespace), null, CancellationToken.None);
        Client.Dispose();
        if (_twin is not null)
        {
            await _twin.DisposeAsync();
        }
    }
}

internal static class Refusals
{
    /// <summary>The namespace may be there already: the adapter makes it, too.</summary>
    public static void ShouldBeNullOrExist(this Status? refusal)
    {
        if (refusal is { Reason: not "AlreadyExists" })
        {
            throw new InvalidOperationException(refusal.ToString());
        }
    }
}

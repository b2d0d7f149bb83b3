using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Imago.Bench.Kubernetes;

/// <summary>
/// A process of its own that lists and watches like the API of a large cluster. Its objects are made up while they are written, as long as real ones are: it keeps none. It
/// ends with its standard input.
/// </summary>
internal sealed class SyntheticCluster(int nodes, int pods)
{
    private const int PodsOfADeployment = 20;
    private const int DaemonSets = 5;
    private const int ChangesPerSecond = 500;

    private int Deployments => (pods / PodsOfADeployment) + 1;

    public static async Task RunAsync(int nodes, int pods)
    {
        var cluster = new SyntheticCluster(nodes, pods);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        server.Run(cluster.AnswerAsync);
        await server.StartAsync();
        await Console.Out.WriteLineAsync(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        await Console.In.ReadToEndAsync();
        await server.StopAsync(new CancellationToken(canceled: true));
    }

    private Task AnswerAsync(HttpContext context)
    {
        var (count, item) = context.Request.Path.Value switch
        {
            "/api/v1/nodes" => (nodes, (Func<int, int, string>)Node),
            "/api/v1/pods" => (pods, Pod),
            "/apis/policy/v1/poddisruptionbudgets" => (Deployments, Budget),
            "/apis/apps/v1/replicasets" => (Deployments, ReplicaSet),
            _ => (0, (_, _) => ""),
        };
        context.Response.ContentType = "application/json";
        return context.Request.Query.ContainsKey("watch") ? WatchAsync(context, count, item) : ListAsync(context, count, item);
    }

    private static async Task ListAsync(HttpContext context, int count, Func<int, int, string> item)
    {
        var query = context.Request.Query;
        var from = int.TryParse(query["continue"], out var next) ? next : 0;
        var to = Math.Min(count, from + (int.TryParse(query["limit"], out var limit) ? limit : count));
        var page = new StringBuilder($$$"""{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"1000000","continue":"{{{(to < count ? to.ToString(CultureInfo.InvariantCulture) : "")}}}"},"items":[""");
        for (var i = from; i < to; i++)
        {
            page.Append(i == from ? "" : ",").Append(item(i, i));
        }

        await context.Response.WriteAsync(page.Append("]}").ToString(), context.RequestAborted);
    }

    // Nodes and pods change all the time, as heartbeats and restarts do; nothing else does.
    private static async Task WatchAsync(HttpContext context, int count, Func<int, int, string> item)
    {
        await context.Response.StartAsync();
        await context.Response.Body.FlushAsync();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            for (var version = 1_000_001; await tick.WaitForNextTickAsync(context.RequestAborted);)
            {
                if (!context.Request.Path.Value!.StartsWith("/api/v1/", StringComparison.Ordinal))
                {
                    continue;
                }

                for (var change = 0; change < ChangesPerSecond / 10; change++, version++)
                {
                    await context.Response.WriteAsync($$$"""{"type":"MODIFIED","object":{{{item((int)(version * 7919L % count), version)}}}}""" + "\n", context.RequestAborted);
                }

                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody listens any more.
        }
    }

    private static string Uid(string kind, int number) => $"{Convert.ToHexStringLower(Encoding.ASCII.GetBytes(kind.PadRight(4)[..4]))}-0000-4000-8000-{number:x12}";

    private static string NodeName(int number) => $"aks-pool{number % 10}-{30_000_000 + (number % 10)}-vmss{number:x6}";

    private static string Managed(int number) =>
        $$$"""  "managedFields":[{"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1","time":"2026-11-20T10:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{".":{},"f:app":{},"f:pod-template-hash":{}},"f:ownerReferences":{".":{},"k:{\"uid\":\"{{{Uid("own", number)}}}\"}":{} } },"f:spec":{"f:containers":{"k:{\"name\":\"main\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:resources":{".":{},"f:limits":{".":{},"f:cpu":{},"f:memory":{}},"f:requests":{".":{},"f:cpu":{},"f:memory":{} } },"f:terminationMessagePath":{},"f:terminationMessagePolicy":{} } },"f:dnsPolicy":{},"f:enableServiceLinks":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{} } } }]""";

    private static string Node(int number, int version)
    {
        var name = NodeName(number);
        var images = string.Join(',', Enumerable.Range(0, 40).Select(i => $$$"""{"names":["registry.example/library/image-{{{i}}}@sha256:{{{i:x64}}}"],"sizeBytes":{{{(i + 1) * 1_000_000}}}}"""));
        return $$$"""{"metadata":{"name":"{{{name}}}","uid":"{{{Uid("node", number)}}}","resourceVersion":"{{{version}}}","creationTimestamp":"2026-11-20T10:00:00Z","labels":{"kubernetes.azure.com/agentpool":"pool{{{number % 10}}}","kubernetes.azure.com/node-image-version":"AKSUbuntu-2204gen2containerd-202611.01.0","kubernetes.io/hostname":"{{{name}}}","kubernetes.io/os":"linux","kubernetes.io/arch":"amd64","topology.kubernetes.io/zone":"north-{{{number % 3}}}","node.kubernetes.io/instance-type":"Standard_D4s_v5"},"annotations":{"node.alpha.kubernetes.io/ttl":"0","volumes.kubernetes.io/controller-managed-attach-detach":"true"},{{{Managed(number)}}}},"spec":{"providerID":"azure:///subscriptions/x/vmss/{{{number}}}"},"status":{"capacity":{"cpu":"4","memory":"16Gi","pods":"110"},"conditions":[{"type":"MemoryPressure","status":"False","lastHeartbeatTime":"2026-11-22T10:00:00Z","reason":"KubeletHasSufficientMemory","message":"kubelet has sufficient memory available"},{"type":"Ready","status":"True","lastHeartbeatTime":"2026-11-22T10:00:00Z","reason":"KubeletReady","message":"kubelet is posting ready status"}],"nodeInfo":{"kubeletVersion":"v1.36.2","osImage":"Ubuntu 22.04.5 LTS","kernelVersion":"5.15.0-1075-azure","operatingSystem":"linux","architecture":"amd64","containerRuntimeVersion":"containerd://1.7.23-1"},"images":[{{{images}}}]}}""";
    }

    private string Pod(int number, int version)
    {
        var daemon = number < nodes * DaemonSets;
        var app = daemon ? $"agent-{number % DaemonSets}" : $"service-{number / PodsOfADeployment}";
        var owner = daemon ? app : $"{app}-{number / PodsOfADeployment:x9}";
        var name = $"{owner}-{number:x5}";
        var space = daemon ? "kube-system" : $"team-{number / 1000}";
        return $$$"""{"metadata":{"name":"{{{name}}}","generateName":"{{{owner}}}-","namespace":"{{{space}}}","uid":"{{{Uid("pod", number)}}}","resourceVersion":"{{{version}}}","creationTimestamp":"2026-11-20T10:00:00Z","labels":{"app":"{{{app}}}","pod-template-hash":"{{{owner}}}","tier":"backend","team":"{{{space}}}"},"annotations":{"prometheus.io/scrape":"true","checksum/config":"{{{number:x64}}}"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"{{{(daemon ? "DaemonSet" : "ReplicaSet")}}}","name":"{{{owner}}}","uid":"{{{Uid("own", number / PodsOfADeployment)}}}","controller":true,"blockOwnerDeletion":true}],{{{Managed(number)}}}},"spec":{"volumes":[{"name":"kube-api-access","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}}],"defaultMode":420}}],"containers":[{"name":"main","image":"registry.example/team/{{{app}}}:1.{{{number % 50}}}","resources":{"limits":{"cpu":"500m","memory":"512Mi"},"requests":{"cpu":"100m","memory":"128Mi"}},"volumeMounts":[{"name":"kube-api-access","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],"terminationMessagePath":"/dev/termination-log","imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"default","nodeName":"{{{NodeName(number % nodes)}}}","tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}]},"status":{"phase":"Running","conditions":[{"type":"PodScheduled","status":"True","lastTransitionTime":"2026-11-20T10:00:00Z"},{"type":"Ready","status":"True","lastTransitionTime":"2026-11-20T10:00:10Z"}],"hostIP":"10.0.0.1","podIP":"10.1.2.3","containerStatuses":[{"name":"main","state":{"running":{"startedAt":"2026-11-20T10:00:05Z"}},"ready":true,"restartCount":0,"image":"registry.example/team/{{{app}}}:1.{{{number % 50}}}","imageID":"sha256:{{{number:x64}}}"}],"qosClass":"Burstable"}}""";
    }

    private static string Budget(int number, int version) =>
        $$$"""{"metadata":{"name":"service-{{{number}}}","namespace":"team-{{{number / 50}}}","uid":"{{{Uid("pdb", number)}}}","resourceVersion":"{{{version}}}","generation":1},"spec":{"maxUnavailable":1,"selector":{"matchLabels":{"app":"service-{{{number}}}"} } },"status":{"observedGeneration":1,"disruptionsAllowed":1,"currentHealthy":20,"desiredHealthy":19,"expectedPods":20}}""";

    private static string ReplicaSet(int number, int version) =>
        $$$"""{"metadata":{"name":"service-{{{number}}}-{{{number:x9}}}","namespace":"team-{{{number / 50}}}","uid":"{{{Uid("own", number)}}}","resourceVersion":"{{{version}}}","ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"service-{{{number}}}","uid":"{{{Uid("depl", number)}}}","controller":true}]}}""";
}

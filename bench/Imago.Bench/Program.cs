using System.Globalization;
using System.Text.Json;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Imago.Bench.Forecasts;
using Imago.Bench.Kubernetes;
using Imago.Bench.Kubernetes.Serving;
using Imago.Bench.Makespan;
using Imago.Bench.Quick;
using Imago.Bench.Servers;
using Imago.Bench.Stores;
using Imago.Bench.Worlds;

// --api, --fleet, --startup: against the real server process; PostgreSQL is the one that IMAGO_BENCH_DATABASE names.
// --quick, --forecast [NODES…], --makespan [NODES…], --worlds [NODES…], --store [POSTGRES]: tables within seconds.
// --kube-memory [NODES PODS]: what observing a large cluster costs; its API is made up by --kube-synthetic in a process of its own.
// --kube-rollout [NODES [TIMES]]: a rollout over HTTP of a cluster, served by --kube-twin in a process of its own, whose time is so many times as fast.
// --kube-drain [RUNS], --kube-idle [NODES…]: one node drained by kubectl and by us; what attached clusters cost in which nothing happens, over twelve minutes.
// Anything else is BenchmarkDotNet's, for example --filter '*Decision*'.
switch (args)
{
    case ["--quick"]:
        QuickRun.Print(Console.Out);
        return;
    case ["--forecast", .. var sizes]:
        ForecastRun.Print(Console.Out, Numbers(sizes, [1000, 5000, 10_000]), runs: 3);
        return;
    case ["--makespan", .. var sizes]:
        MakespanRun.Print(Console.Out, Numbers(sizes, [10, 100, 1000]), seeds: 7);
        return;
    case ["--worlds", .. var sizes]:
        await ServedWorldsRun.PrintAsync(Console.Out, Numbers(sizes, [3, 10, 100]), clusters: 1000);
        return;
    case ["--api", .. var rates]:
        await ApiRun.PrintAsync(Console.Out, Environment.GetEnvironmentVariable("IMAGO_BENCH_DATABASE"), Numbers(rates, [100, 250, 500, 1000]));
        return;
    case ["--fleet", .. var sizes] when Numbers(sizes, [10_000, 1000]) is [var clusters, var opening]:
        await FleetRun.PrintAsync(Console.Out, Environment.GetEnvironmentVariable("IMAGO_BENCH_DATABASE"), clusters, opening);
        return;
    case ["--kube-memory", .. var sizes] when Numbers(sizes, [5000, 150_000]) is [var nodes, var pods]:
        await ObservedMemoryRun.PrintAsync(Console.Out, nodes, pods);
        return;
    case ["--kube-synthetic", .. var sizes] when Numbers(sizes, []) is [var nodes, var pods]:
        await SyntheticCluster.RunAsync(nodes, pods);
        return;
    case ["--kube-rollout", .. var sizes] when Numbers(sizes, [100, 20]) is [var nodes, .. var scale]:
        await KubernetesRolloutRun.PrintAsync(Console.Out, nodes, scale is [var times] ? times : 20);
        return;
    case ["--kube-drain", .. var runs]:
        await KubernetesDrainRun.PrintAsync(Console.Out, Numbers(runs, [3])[0]);
        return;
    case ["--kube-idle", .. var sizes]:
        await KubernetesIdleRun.PrintAsync(Console.Out, Numbers(sizes, [100, 999]), TimeSpan.FromMinutes(12));
        return;
    case ["--kube-twin", var plan]:
        await TwinProcess.RunAsync(JsonSerializer.Deserialize<TwinPlan>(plan)!);
        return;
    case ["--startup"]:
        await StartUpRun.PrintAsync(Console.Out, runs: 5);
        return;
    case ["--store", .. var connection]:
        await StoreRun.PrintAsync(Console.Out, connection.FirstOrDefault());
        return;
}

// In process: building a project per benchmark would restore packages again, and our lock files forbid what it adds.
var config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(QuickRun).Assembly).Run(args, config);

static int[] Numbers(string[] given, int[] usual) => given.Length == 0 ? usual : [.. given.Select(n => int.Parse(n, CultureInfo.InvariantCulture))];

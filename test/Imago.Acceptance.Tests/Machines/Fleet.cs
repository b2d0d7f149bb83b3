using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Acceptance.Tests.Kubectl;
using Imago.Acceptance.Tests.Machines;
using Imago.Acceptance.Tests.Rollouts;
using Imago.Acceptance.Tests.Serving;
using Imago.NodeOs.Rig;
using Imago.NodeOs.Rig.Archives;
using Imago.NodeOs.Rig.Machines;
using Imago.NodeOs.Rig.Packages;
using NodaTime;

[assembly: AssemblyFixture(typeof(Fleet))]

namespace Imago.Acceptance.Tests.Machines;

/// <summary>
/// Everything real but the hardware: a server process that watches a signed archive, a served cluster without machines of its own, machines with agents that register as its
/// nodes, and that cluster attached to the same server under another name, patched in place. Made when the first test asks.
/// </summary>
public sealed class Fleet : IAsyncDisposable
{
    /// <summary>The served cluster, whose nodes the machines are.</summary>
    internal const string Twin = "racks";

    /// <summary>The same cluster as Imago works on it.</summary>
    internal const string Attached = "fleet";

    /// <summary>How many pods of the workload its budget wants ready at any time; there is one more.</summary>
    internal const int LeastReady = 2;

    private const string Group = "rg-machines";

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imago-machines-");
    private readonly List<Rack> _racks = [];
    private ImagoServer? _server;
    private LocalArchive? _archive;
    private NodeApi? _admin;
    private string? _kubectl;
    private Instant _moment = Instant.FromUnixTimeSeconds(HostClock.Instance.GetUtcNow().ToUnixTimeSeconds()) - Duration.FromDays(20);

    internal ImagoServer Server => _server ?? throw new InvalidOperationException("The server does not run.");

    internal LocalArchive Archive => _archive ?? throw new InvalidOperationException("There is no archive.");

    internal NodeApi Admin => _admin ?? throw new InvalidOperationException("There is no cluster.");

    internal IReadOnlyList<Rack> Racks => _racks;

    /// <summary>The newest level that a test has published.</summary>
    internal ArchiveMoment? Level { get; set; }

    /// <summary>When the first window opens that a test has set.</summary>
    internal DateTimeOffset? WindowOpens { get; set; }

    internal string Path => Server.Client.Cluster(Group, Attached);

    private string AdminFile => System.IO.Path.Combine(_folder.FullName, "admin.kubeconfig");

    /// <summary>What every machine has at the beginning: a library, a tool, a kernel.</summary>
    private static async Task<BuiltPackage[]> BeginningAsync() =>
    [
        await SamplePackages.LibraryAsync("1.0-1"), await SamplePackages.ToolAsync("rig-tool", "1.0"), await SamplePackages.SlowAsync("1.0", slow: false),
        await SamplePackages.KernelAsync(31), await SamplePackages.KernelMetapackageAsync(31),
    ];

    /// <summary>Publishes the next moment of the archive, a day after the one before.</summary>
    internal async Task<ArchiveMoment> PublishAsync(Action<ArchiveContent> change)
    {
        _moment += Duration.FromDays(1);
        return await Archive.PublishAsync(_moment, change);
    }

    /// <summary>Runs the command line in a process of its own.</summary>
    internal Task<ProgramRun> ImagoAsync(string line)
    {
        var start = new ProcessStartInfo(Clone.Program, CommandLine.Words($"{line} -g {Group}"));
        foreach (var (name, value) in (IEnumerable<(string, string)>)
        [
            ("DOTNET_ROOT", System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."))),
            ("IMAGO_CONFIG_DIR", System.IO.Path.Combine(_folder.FullName, "profile")),
            ("IMAGO_SERVER", Server.Address.ToString().TrimEnd('/')),
            ("IMAGO_CA_FILE", Server.AuthorityFile),
            ("IMAGO_CLIENT_ID", Server.Credentials.AppId),
            ("IMAGO_CLIENT_SECRET", Server.Credentials.Secret),
            ("IMAGO_SUBSCRIPTION", Server.Credentials.SubscriptionId),
        ])
        {
            start.Environment[name] = value;
        }

        return ProgramRun.Of(start);
    }

    /// <summary>Runs stock kubectl as administrator of the cluster.</summary>
    internal async Task<ProgramRun> KubectlAsync(string line)
    {
        var start = new ProcessStartInfo(_kubectl ??= await KubectlProgram.FindAsync(), CommandLine.Words(line));
        start.Environment["KUBECONFIG"] = AdminFile;
        start.Environment["HOME"] = _folder.FullName;
        return await ProgramRun.Of(start);
    }

    /// <summary>Sets a machine up and lets it join the cluster.</summary>
    internal async Task<Rack> JoinAsync(string name, string? taint = null)
    {
        var file = System.IO.Path.Combine(_folder.FullName, $"{name}.kubeconfig");
        (await ImagoAsync($"cluster credentials {Twin} --node {name} --file {file}")).MustSucceed();
        var rack = await Rack.JoinAsync(name, file, Archive, await BeginningAsync(), taint);
        lock (_racks)
        {
            _racks.Add(rack);
        }

        await Until.Async($"{name} being a node", TimeSpan.FromMinutes(1), NodesAsync, all => all.Any(n => n.Name == name));

        return rack;
    }

    /// <summary>Takes a machine away, with its node.</summary>
    internal async Task LeaveAsync(Rack rack)
    {
        _racks.Remove(rack);
        await rack.DisposeAsync();
        (await KubectlAsync($"delete node {rack.Name}")).MustSucceed();
    }

    /// <summary>Runs three pods, of which two have to be ready always.</summary>
    internal async Task DeployAsync()
    {
        var file = System.IO.Path.Combine(_folder.FullName, "shop.yaml");
        await File.WriteAllTextAsync(file, $$$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: shop, namespace: default}
            spec:
              replicas: {{{LeastReady + 1}}}
              selector: {matchLabels: {app: shop} }
              template:
                metadata: {labels: {app: shop} }
                spec:
                  containers:
                  - name: shop
                    image: example.org/shop:1
                    resources: {requests: {cpu: "1"} }
            ---
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: shop, namespace: default}
            spec:
              minAvailable: {{{LeastReady}}}
              selector: {matchLabels: {app: shop} }
            """);
        (await KubectlAsync($"apply -f {file}")).MustSucceed();
        await Until.Async("All pods running", TimeSpan.FromSeconds(60), () => KubectlAsync("get deployment shop -o jsonpath={.status.readyReplicas}"), r => r.Out == $"{LeastReady + 1}");
    }

    /// <summary>Sets the daily window of the attached cluster.</summary>
    internal async Task SetWindowAsync(DateTimeOffset opens) => (await Server.Client.PutAsync(
        $"{Path}/maintenanceConfigurations/aksManagedNodeOSUpgradeSchedule", new OpeningWindow(opens).Body)).Must(HttpStatusCode.OK, HttpStatusCode.Created);

    /// <summary>Rollouts of the attached cluster, the newest first.</summary>
    internal Task<IReadOnlyList<JsonElement>> RolloutsAsync() => Server.Client.ListAsync($"{Path}/providers/Imago/rollouts");

    /// <summary>A node as the cluster has it.</summary>
    internal async Task<NodeSight> NodeAsync(string name) => new(await Admin.GetAsync($"api/v1/nodes/{name}"));

    internal async Task<IReadOnlyList<NodeSight>> NodesAsync() => [.. (await Admin.ListAsync("api/v1/nodes")).Select(n => new NodeSight(n))];

    internal async Task ReadyAsync()
    {
        Assert.SkipWhen(RigNeeds.Missing() is not null, RigNeeds.Missing() ?? "");
        await _one.WaitAsync();
        try
        {
            if (_admin is null)
            {
                await StartAsync();
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var rack in _racks)
        {
            await rack.DisposeAsync();
        }

        _admin?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (_archive is not null)
        {
            await _archive.DisposeAsync();
        }

        _folder.Delete(recursive: true);
        _one.Dispose();
    }

    private async Task StartAsync()
    {
        _archive = await LocalArchive.StartAsync();
        await PublishAsync(_ => { });
        var keyring = System.IO.Path.Combine(_folder.FullName, "archive.gpg");
        await File.WriteAllBytesAsync(keyring, _archive.Keyring);
        _server = await ImagoServer.StartAsync(new ServerSettings
        {
            File = new JsonObject
            {
                ["archives"] = new JsonObject
                {
                    ["debian12"] = new JsonObject
                    {
                        ["preset"] = "debian-12",
                        ["mirror"] = _archive.AddressOf(ArchiveArea.Main) + "/debian",
                        ["securityMirror"] = _archive.AddressOf(ArchiveArea.Security) + "/debian-security",
                        ["architecture"] = DebPackage.HostArchitecture,
                        ["keyring"] = keyring,
                        ["interval"] = "5s",
                        ["imageDay"] = "None",
                    },
                },
            }.ToJsonString(),
        });
        (await _server.Client.PutAsync(_server.Client.Group(Group), new { location = "eastus" })).Must(HttpStatusCode.Created, HttpStatusCode.OK);
        (await ImagoAsync($"cluster create {Twin} --node-count 0 --tags imago-nodes=registered --channel None")).MustSucceed();
        (await ImagoAsync($"cluster credentials {Twin} --admin --file {AdminFile}")).MustSucceed();
        _admin = NodeApi.Of(AdminFile);
        await PublishedAgent.EnsureAsync();
        await Task.WhenAll(JoinAsync("rack-1"), JoinAsync("rack-2"), JoinAsync("rack-3"));
        await Until.Async("Agents reporting", TimeSpan.FromMinutes(1), NodesAsync, all => all.Count == 3 && all.All(n => n.Report is not null && n.Image is not null));
        (await ImagoAsync($"cluster attach {Attached} --kubeconfig {AdminFile} --provider in-place --pool racks=kubernetes.io/os=linux --yes")).MustSucceed();
        await QuickPool.SoakNotAsync(_server.Client, $"{Path}/agentPools/racks", readyMinutes: 1);
    }
}

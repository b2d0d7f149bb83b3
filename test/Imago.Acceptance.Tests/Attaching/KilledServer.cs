using System.Net;
using Imago.Acceptance.Tests.Rollouts;
using Imago.Acceptance.Tests.Serving;
using Imago.Kubernetes.Tests.Faults.Kit;

namespace Imago.Acceptance.Tests.Attaching;

/// <summary>A real server process with one attached cluster, its killer, and its successors.</summary>
internal sealed class KilledServer : IAsyncDisposable
{
    private const string Group = "rg-attached";

    // One successor in so many begins with an empty data folder. It knows the cluster under another key, so it waits until the lease of its predecessor has run out.
    private const int EmptyHandedOneIn = 5;

    private static readonly TimeSpan Patient = TimeSpan.FromMinutes(4);

    private readonly FaultyTwin _twin;
    private readonly Random _random;
    private ImagoServer _server;

    private KilledServer(FaultyTwin twin, Random random, ImagoServer server) => (_twin, _random, _server) = (twin, random, server);

    public int Kills { get; private set; }

    private ArmClient Arm => _server.Client;

    private string Cluster => Arm.Cluster(Group, "attached");

    public static async Task<KilledServer> StartAsync(FaultyTwin twin, Random random)
    {
        var manager = new KilledServer(twin, random, await StartServerAsync());
        await manager.AttachAsync();
        return manager;
    }

    /// <summary>One rollout to the end, whatever is killed on its way.</summary>
    public async Task RollAsync(int mostKills, CancellationToken cancellation)
    {
        var image = await PublishedImage.PublishAsync(Arm, Cluster, daysOld: 30);
        var aftermath = await Aftermath.BeforeAsync(_twin, cancellation);
        (await Arm.PostAsync($"{Cluster}/agentPools/{FaultyTwin.Pool}/upgradeNodeImageVersion")).Must(HttpStatusCode.OK, HttpStatusCode.Accepted);
        while (Kills < mostKills && await aftermath.CountAsync(image, cancellation) < aftermath.Nodes.Count)
        {
            await Task.Delay(TimeSpan.FromSeconds(_random.NextDouble() * 3), cancellation);
            await KillAsync(image, cancellation);
        }

        await aftermath.IsCleanAsync(image, Patient, () => $"{Kills} kills so far.\n{_server.Said}", cancellation);
        await EndsWellAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static Task<ImagoServer> StartServerAsync() =>
        // Under the name of its predecessor a successor need not wait until the lease in the cluster has run out: nobody else goes by that name.
        ImagoServer.StartAsync(new ServerSettings { More = new Dictionary<string, string>(StringComparer.Ordinal) { ["REPLICA"] = "manager", ["ENGINE_LEASE_LENGTH"] = "10s" } });

    private async Task KillAsync(string image, CancellationToken cancellation)
    {
        var emptyHanded = (Kills + 1) % EmptyHandedOneIn == EmptyHandedOneIn / 2;
        if (emptyHanded)
        {
            // What somebody asked for is in the database alone until the rollout has begun: lost together with it, nobody would go on with anything.
            await Until.Async("The rollout being in the record in the cluster", Patient, () => RecordsAsync(cancellation), records => records.Contains(image, StringComparison.Ordinal));
        }

        await _server.KillAsync();
        Kills++;
        if (!emptyHanded)
        {
            await _server.StartAgainAsync();
            return;
        }

        await _server.DisposeAsync();
        _server = await StartServerAsync();
        await AttachAsync();
    }

    private async Task<string> RecordsAsync(CancellationToken cancellation)
    {
        using var records = await _twin.ReadAsync("/api/v1/namespaces/imago-system/configmaps", cancellation);
        return records.RootElement.GetRawText();
    }

    private async Task AttachAsync()
    {
        (await Arm.PutAsync(Arm.Group(Group), new { location = "eastus" })).Must(HttpStatusCode.Created, HttpStatusCode.OK);
        var attached = await Arm.PutAsync(
            $"{Cluster}/providers/Imago/attachments/default",
            new
            {
                location = "eastus",
                kubeconfig = _twin.Kubeconfig(),
                provider = new { kind = "external", endpoint = _twin.ProviderEndpoint, token = _twin.ProviderToken },
            },
            ArmClient.ImagoVersion);
        attached.Must(HttpStatusCode.Created, HttpStatusCode.OK);
        await QuickPool.SoakNotAsync(Arm, $"{Cluster}/agentPools/{FaultyTwin.Pool}");
    }

    // Also for those who ask the server it is over: nothing is under way, and nobody speaks of a failure.
    private async Task EndsWellAsync()
    {
        await Until.Async(
            "The cluster being at rest",
            TimeSpan.FromSeconds(60),
            async () => (await Arm.GetAsync(Cluster)).Must(HttpStatusCode.OK).Properties.GetProperty("agentPoolProfiles")[0],
            pool => pool.GetProperty("provisioningState").GetString() == "Succeeded" && pool.GetProperty("count").GetInt32() == 3);
        var rollouts = await Arm.ListAsync($"{Cluster}/providers/Imago/rollouts");
        rollouts.ShouldNotBeEmpty();
        rollouts.ShouldAllBe(r => r.GetProperty("properties").GetProperty("phase").GetString() == "Succeeded");
    }
}

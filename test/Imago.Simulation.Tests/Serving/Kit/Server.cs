using System.Text;
using Imago.Application.Engine;
using Imago.Simulation.Serving;
using Imago.Simulation.Tests.Kit;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Simulation.Tests.Serving.Kit;

/// <summary>A server that serves one cluster: it opens it for each pass and puts it away again, and can be killed at any time.</summary>
internal sealed class Server
{
    public const string Key = "/subscriptions/s/resourcegroups/rg/providers/microsoft.containerservice/managedclusters/c";

    public Server(JournalStore? store = null, ServedClusterOptions? options = null, string holder = "a", SetClock? clock = null)
    {
        Store = store ?? new JournalStore();
        Clock = clock ?? new SetClock(Run.Start);
        Options = options ?? new ServedClusterOptions();
        Holder = holder;
        Host = NewHost();
    }

    public JournalStore Store { get; }

    public SetClock Clock { get; }

    public ServedClusterOptions Options { get; set; }

    public string Holder { get; }

    public SimulatedClusterHost Host { get; private set; }

    /// <summary>Everything that happened, as the lines of a trace; what was replayed was heard before.</summary>
    public HashSet<string> Heard { get; } = new(StringComparer.Ordinal);

    /// <summary>The process is gone; another one begins with what is stored.</summary>
    public void Kill() => Host = NewHost();

    public async Task<IHostedCluster> OpenAsync()
    {
        var lease = await Store.HoldLeaseAsync(Key, Holder, Clock.Now, Duration.FromSeconds(60), Cancellation);
        return await Host.OpenAsync(Key, lease.ShouldNotBeNull(), Cancellation);
    }

    /// <summary>One pass that shapes.</summary>
    public async Task<ShapeProgress> ShapeAsync(ClusterShape shape)
    {
        await using var cluster = await OpenAsync();
        await cluster.AdvanceAsync(Cancellation);
        return await cluster.ShapeAsync(shape, Cancellation);
    }

    /// <summary>Passes until the shape is reached and nothing is under way.</summary>
    public async Task SettleAsync(ClusterShape shape)
    {
        for (var passes = 0; passes < 1000; passes++)
        {
            await using var cluster = await OpenAsync();
            await cluster.AdvanceAsync(Cancellation);
            var progress = await cluster.ShapeAsync(shape, Cancellation);
            if (cluster.NextHappening is not { } next)
            {
                progress.Done.ShouldBeTrue();
                return;
            }

            Clock.Now = next;
        }

        throw new InvalidOperationException("The cluster does not come to rest.");
    }

    public async Task<ClusterPicture> LookAsync() => (await Host.LookAsync(Key, Cancellation)).ShouldNotBeNull();

    public async Task<ClusterPicture> SettledAsync(ClusterShape shape)
    {
        await SettleAsync(shape);
        return await LookAsync();
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private SimulatedClusterHost NewHost() => new(Store, Clock, Options, _ => new Lines(Heard));

    private sealed class Lines(HashSet<string> heard) : ITraceSink
    {
        public void Write(TraceEvent happened)
        {
            using var bytes = new MemoryStream();
            using (var writer = new TraceWriter(bytes))
            {
                writer.Write(happened);
            }

            heard.Add(Encoding.UTF8.GetString(bytes.ToArray()));
        }
    }
}

using Imago.Application.Attachments;
using Imago.Application.Engine;
using Imago.Application.Storage;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Engine;

public sealed class ClusterHostsTests
{
    [Theory]
    [InlineData("/real", "attached")]
    [InlineData("/other", "simulated")]
    public async Task Everything_OfACluster_GoesToWhatItIsMadeOf(string key, string expected)
    {
        var (simulated, attached) = (new Kind("simulated"), new Kind("attached"));
        var hosts = new ClusterHosts(new Attached("/real"), Of(simulated), Of(attached));

        await Should.ThrowAsync<NotSupportedException>(async () => await hosts.OpenAsync(key, new StoredLease(key, "me", 1, Instant.MaxValue), CancellationToken.None));
        await hosts.ForgetAsync(key, CancellationToken.None);
        (await hosts.LookAsync(key, CancellationToken.None)).ShouldBeNull();
        (await hosts.ForecastAsync(key, new ForecastQuestion(null, null, null), CancellationToken.None))!.Refusal.ShouldBe(expected);

        (expected == "attached" ? attached : simulated).Calls.ShouldBe(["open", "forget", "look"]);
        (expected == "attached" ? simulated : attached).Calls.ShouldBeEmpty();
    }

    private static ClusterKind Of(Kind kind) => new(kind, kind, kind);

    private sealed class Attached(string key) : IAttachments
    {
        public ValueTask<Attachment?> FindAsync(string clusterKey, CancellationToken cancellation) =>
            ValueTask.FromResult(clusterKey == key ? new Attachment(key, "", null, [], null) : null);
    }

    private sealed class Kind(string name) : IClusterHost, IClusterViewer, IForecasts
    {
        public List<string> Calls { get; } = [];

        public ValueTask<IHostedCluster> OpenAsync(string clusterKey, StoredLease lease, CancellationToken cancellation)
        {
            Calls.Add("open");
            throw new NotSupportedException();
        }

        public ValueTask ForgetAsync(string clusterKey, CancellationToken cancellation)
        {
            Calls.Add("forget");
            return ValueTask.CompletedTask;
        }

        public ValueTask<ClusterPicture?> LookAsync(string clusterKey, CancellationToken cancellation)
        {
            Calls.Add("look");
            return ValueTask.FromResult<ClusterPicture?>(null);
        }

        public ValueTask<ForecastAnswer?> ForecastAsync(string clusterKey, ForecastQuestion question, CancellationToken cancellation) => ValueTask.FromResult<ForecastAnswer?>(new(null, name));
    }
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using Imago.Application.Attachments;
using Imago.Application.Ports;
using Imago.Application.Storage;
using Imago.Kubernetes.Clusters;
using Imago.Kubernetes.Inspections;
using Imago.Kubernetes.Providers;
using Imago.Kubernetes.Tests.Clusters.Kit;
using Imago.Kubernetes.Transport;
using Microsoft.Extensions.Logging;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Clusters;

/// <summary>Whatever goes wrong with a cluster, neither a message nor a log has what its kubeconfig or its provider's access hold in secret.</summary>
public sealed class SecretTests : IAttachments
{
    private const string Token = "kube-secret-4711";
    private const string ProviderToken = "provider-secret-0815";

    private readonly LogLines _log = new();
    private Attachment _attachment = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(500)]
    [InlineData(null)]
    public async Task Cluster_RefusesOrDoesNotAnswer_NoSecretIsTold(int? status)
    {
        await using var api = await MiniApi.StartAsync();
        api.Fault = _ => status;
        var address = status is null ? new Uri("http://127.0.0.1:9") : api.Address;
        _attachment = new Attachment(
            AttachedBench.Key,
            $$"""
            apiVersion: v1
            kind: Config
            current-context: c
            clusters: [{name: c, cluster: {server: "{{address}}"} }]
            users: [{name: u, user: {token: "{{Token}}"} }]
            contexts: [{name: c, context: {cluster: c, user: u} }]
            """,
            null, ImmutableArray<PoolSelector>.Empty, new ProviderAccess("external", new Uri("http://127.0.0.1:9/"), ProviderToken, null));
        var told = new List<string>();
        await using (var host = new AttachedClusterHost(
            this, Connect, new NodeProviders(new WallClock()), _ => { }, new WallClock(), new AttachedClusterOptions { LongestSync = Duration.FromSeconds(1), PictureAge = Duration.Zero }, new Logger<AttachedClusterHost>(new LoggerFactory([_log]))))
        {
            await FailsAsync(told, async () => await new ClusterInspector(Connect, new WallClock()).InspectAsync(_attachment, Cancellation));
            await FailsAsync(told, async () => await host.LookAsync(AttachedBench.Key, Cancellation));
            await FailsAsync(told, async () => await new ClusterDump(Connect).DumpAsync(_attachment, Cancellation));
            await FailsAsync(told, async () => await host.ForgetAsync(AttachedBench.Key, Cancellation));
            await using var cluster = await host.OpenAsync(AttachedBench.Key, new StoredLease(AttachedBench.Key, "h", 1, Instant.MaxValue), Cancellation);
            await FailsAsync(told, async () => await cluster.Connection.ObserveAsync(Cancellation));
            await FailsAsync(told, async () => await cluster.Connection.HoldLeaseAsync("h", Duration.FromSeconds(60), Cancellation));
            await FailsAsync(told, async () => await cluster.Provider.FindAsync("apps/n1/Reimage", Cancellation));
        }

        told.Count.ShouldBeGreaterThanOrEqualTo(6);
        told.Concat(_log.Lines).Append($"{_attachment} {_attachment.Provider}").Where(t => t.Contains(Token, StringComparison.Ordinal) || t.Contains(ProviderToken, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    public ValueTask<Attachment?> FindAsync(string clusterKey, CancellationToken cancellation) => ValueTask.FromResult<Attachment?>(_attachment);

    private static KubernetesClient Connect(Attachment attachment) =>
        AttachmentClients.Connect(attachment, new KubernetesClientOptions { Time = new WallClock(), RequestsPerSecond = 1000, Burst = 1000, RequestTimeout = TimeSpan.FromSeconds(2) });

    private static async Task FailsAsync(List<string> told, Func<Task> ask)
    {
        try
        {
            await ask();
        }
        catch (Exception failure) when (failure is ConnectionException or InspectionException)
        {
            told.Add(failure.ToString());
        }
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}

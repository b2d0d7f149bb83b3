using Imago.Server.Configuration;
using Imago.Server.Telemetry;
using Imago.Server.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using Shouldly;
using Xunit;

namespace Imago.Server.Tests.Telemetry;

public sealed class OtlpTests
{
    [Fact]
    public async Task Export_ToACollector_SendsTracesMetricsAndLogsUnderTheServicesName()
    {
        await using var collector = await Collector.StartAsync();
        await using (var server = await RunningServer.StartAsync(change: o => o with
        {
            Otlp = collector.Address, OtlpProtocol = OtlpProtocol.HttpProtobuf, Replica = "replica-7", LogLevel = LogLevel.Information,
        }))
        {
            await server.SignedInAsync();

            // A write, so that there is a line in the log.
            await server.SendAsync(HttpMethod.Put, "/providers/Imago/servicePrincipals/robot", "2026-11-01", "{}");
        }

        // What has been gathered is sent when the server ends.
        collector.Paths.ShouldBe(["POST /v1/logs", "POST /v1/metrics", "POST /v1/traces"]);
        collector.Types.ShouldBe(["application/x-protobuf"]);
        foreach (var path in collector.Paths)
        {
            collector.TextOf(path).ShouldContain("service.name");
            collector.TextOf(path).ShouldContain("imago");
            collector.TextOf(path).ShouldContain("replica-7");
        }

        collector.TextOf("POST /v1/metrics").ShouldContain("http.server.request.duration");
        collector.TextOf("POST /v1/traces").ShouldContain("/providers/Imago/servicePrincipals/");
        collector.TextOf("POST /v1/logs").ShouldContain("Audit: PUT /providers/Imago/servicePrincipals/robot");
    }

    [Fact]
    public async Task Export_NotConfigured_IsNotThere()
    {
        await using var server = await RunningServer.StartAsync();

        server.App.Services.GetService<OtlpExport>().ShouldBeNull();
        server.App.Services.GetServices<ILoggerProvider>().ShouldNotContain(p => p is OpenTelemetryLoggerProvider);
    }
}

using Imago.Server.Configuration;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Imago.Server.Telemetry;

/// <summary>Sends traces and metrics by OTLP, and logs through <see cref="AddLogs"/>. Built by hand: it lives as long as the server does.</summary>
internal sealed class OtlpExport : IDisposable
{
    // What ASP.NET and HTTP clients measure themselves, and what we do.
    private static readonly string[] Meters = ["Imago*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];
    private static readonly string[] Sources = ["Imago*", "Microsoft.AspNetCore", "Npgsql"];

    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    public OtlpExport(ServerOptions options, string replica)
    {
        // ASP.NET leaves method, path and status to an instrumentation package unless it is told that there is none; read when the server starts.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", isEnabled: false);
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(ResourceOf(replica)).AddSource(Sources).AddOtlpExporter(o => Configure(o, options, "traces")).Build();
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(ResourceOf(replica)).AddMeter(Meters).AddOtlpExporter(o => Configure(o, options, "metrics")).Build();
    }

    public static void AddLogs(ILoggingBuilder logging, ServerOptions options, string replica) => logging.AddOpenTelemetry(telemetry =>
    {
        telemetry.SetResourceBuilder(ResourceOf(replica));
        telemetry.IncludeFormattedMessage = true;
        telemetry.AddOtlpExporter((OtlpExporterOptions o) => Configure(o, options, "logs"));
    });

    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }

    private static void Configure(OtlpExporterOptions exporter, ServerOptions options, string signal)
    {
        var endpoint = options.Otlp!.ToString().TrimEnd('/');

        // The exporter adds the path of a signal only to an address of its own configuration.
        (exporter.Protocol, exporter.Endpoint) = options.OtlpProtocol == OtlpProtocol.HttpProtobuf
            ? (OtlpExportProtocol.HttpProtobuf, new Uri($"{endpoint}/v1/{signal}"))
            : (OtlpExportProtocol.Grpc, new Uri(endpoint));
    }

    private static ResourceBuilder ResourceOf(string replica) => ResourceBuilder.CreateEmpty()
        .AddService("imago", serviceVersion: typeof(OtlpExport).Assembly.GetName().Version?.ToString(3), serviceInstanceId: replica);
}

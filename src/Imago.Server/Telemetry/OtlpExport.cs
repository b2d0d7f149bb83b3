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

    public OtlpExport(Uri endpoint, string replica)
    {
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(ResourceOf(replica)).AddSource(Sources).AddOtlpExporter(o => o.Endpoint = endpoint).Build();
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(ResourceOf(replica)).AddMeter(Meters).AddOtlpExporter(o => o.Endpoint = endpoint).Build();
    }

    public static void AddLogs(ILoggingBuilder logging, Uri endpoint, string replica) => logging.AddOpenTelemetry(options =>
    {
        options.SetResourceBuilder(ResourceOf(replica));
        options.IncludeFormattedMessage = true;
        options.AddOtlpExporter((OtlpExporterOptions o) => o.Endpoint = endpoint);
    });

    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }

    private static ResourceBuilder ResourceOf(string replica) => ResourceBuilder.CreateEmpty()
        .AddService("imago", serviceVersion: typeof(OtlpExport).Assembly.GetName().Version?.ToString(3), serviceInstanceId: replica);
}

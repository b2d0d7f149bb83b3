using Imago.Server.Configuration;
using Imago.Server.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Imago.Server.Hosting;

/// <summary>Where lines of the log go: standard error, and by OTLP where that is configured.</summary>
internal static class ServerLogging
{
    public static void Add(ILoggingBuilder logging, ServerOptions options, string replica)
    {
        logging.SetMinimumLevel(options.LogLevel);

        // What the frameworks tell about every request and query is for those who ask for it.
        foreach (var category in (string[])["Microsoft", "System", "Quartz", "Npgsql"])
        {
            logging.AddFilter(category, level => level >= LogLevel.Warning && level >= options.LogLevel);
        }

        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (options.LogFormat == LogFormat.Json)
        {
            logging.AddJsonConsole(json => (json.UseUtcTimestamp, json.TimestampFormat, json.IncludeScopes) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ", true));
        }
        else
        {
            logging.AddSimpleConsole(text => (text.UseUtcTimestamp, text.TimestampFormat, text.SingleLine) = (true, "HH:mm:ss ", true));
        }

        if (options.Otlp is not null)
        {
            OtlpExport.AddLogs(logging, options, replica);
        }
    }
}

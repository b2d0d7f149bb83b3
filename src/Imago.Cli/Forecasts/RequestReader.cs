using System.Collections.Immutable;
using System.CommandLine;
using Imago.Application.Catalog;
using Imago.Cli.Inputs;
using Imago.Cli.Terminals;
using Imago.Domain.Channels;
using Imago.Domain.Clusters.Pools;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Dumps;
using Imago.Simulation.Forecasts;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Cli.Forecasts;

/// <summary>Reads dump, maintenance configuration and settings into a forecast request; everything that is wrong is said with its object.</summary>
internal sealed class RequestReader(Terminal terminal, ClusterArguments arguments, ParseResult parsed)
{
    /// <summary>A little before the end of the calendar: windows and timeouts reach beyond the end of what is looked at.</summary>
    public static readonly Instant CalendarEnd = Instant.FromUtc(9999, 1, 1, 0, 0);

    private static readonly Instant CalendarStart = Instant.FromUtc(2, 1, 1, 0, 0);

    private const int LargestWorldFile = 1 << 20;

    public async Task<(ForecastRequest Request, ImmutableArray<DiscoveredPool> Pools, string? Warning)> ReadAsync(CancellationToken cancellation)
    {
        RefuseWhatNobodyCanRead();
        var settings = arguments.SettingsOf(parsed);
        var from = parsed.GetValue(arguments.From) ?? Instant.FromDateTimeOffset(terminal.Clock.GetUtcNow());
        if (from < CalendarStart || from > CalendarEnd)
        {
            throw new UsageException($"--from: {TimeText.ToMinute(from)} is out of range: {TimeText.ToMinute(CalendarStart)} to {TimeText.ToMinute(CalendarEnd)} UTC is allowed.");
        }

        var shipped = ShippedCatalog.Load();
        var window = await WindowAsync(from, cancellation);
        var world = await WorldAsync(cancellation);
        var dump = ReadDump(cancellation);
        if (dump.Pools.IsEmpty)
        {
            throw new InputException($"Cluster dump '{parsed.GetValue(arguments.Cluster)}' has no node of a node pool. Name the label that names the pool with --pool-label.");
        }

        var channel = parsed.GetValue(arguments.Channel) ?? NodeOsChannel.NodeImage;
        var targets = new TargetArgument(parsed.GetValue(arguments.Target), channel, shipped.Releases, [.. dump.Pools.Select(p => p.Spec)]);
        var spec = new ClusterSpec
        {
            Name = dump.Cluster.Name,
            Channel = channel,
            Window = window,
            Ring = parsed.GetValue(arguments.Region) is { } region ? ReleaseRings.Default.RingOf(region) : null,

            // CH-86: whose dump it is, is not known; an unsupported minor would be a warning only.
            Attached = true,
            // CH-13: a dump does not tell whether the provider can reboot nodes; who asks for it means that it can.
            Pools = [.. dump.Pools.Select(p => p.Spec with { Settings = settings, RequestedTarget = targets.Of(p.Spec), Provider = p.Spec.Provider with { Reboots = settings.RebootPolicy == RebootPolicy.Coordinated } })],
        };
        targets.RefuseIfNoPoolTakesIt(spec, from);
        var request = new ForecastRequest
        {
            Blueprint = dump.Cluster, Spec = spec, Catalog = shipped.Releases, World = world, Seed = parsed.GetValue(arguments.Seed), From = from,
        };
        return (request, dump.Pools, shipped.WarningAt(from));
    }

    private void RefuseWhatNobodyCanRead()
    {
        var readers = new (string Name, string? File)[]
        {
            (arguments.Cluster.Name, parsed.GetValue(arguments.Cluster)), (arguments.Maintenance.Name, parsed.GetValue(arguments.Maintenance)), (arguments.World.Name, parsed.GetValue(arguments.World)),
        };
        var standard = readers.Where(r => string.Equals(r.File, InputFile.Standard, StringComparison.Ordinal)).Select(r => r.Name).ToList();
        if (standard.Count > 1)
        {
            throw new UsageException($"{string.Join(" and ", standard)}: only one of them can read standard input. Write the others to files.");
        }
    }

    private async Task<MaintenanceConfiguration?> WindowAsync(Instant from, CancellationToken cancellation)
    {
        if (parsed.GetValue(arguments.Maintenance) is not { } file)
        {
            return null;
        }

        var (configuration, problems) = await MaintenanceFile.ReadAsync(file, terminal, from, cancellation);
        Refuse($"Maintenance configuration '{file}'", problems);

        // MW-8: no configuration stands in for another.
        return configuration!.Kind == ConfigurationKind.NodeOsUpgrade
            ? configuration
            : throw new InputException(
                $"Maintenance configuration '{file}' is '{ConfigurationNames.NameOf(configuration.Kind)}', which does not govern node OS upgrades. Give '{ConfigurationNames.NameOf(ConfigurationKind.NodeOsUpgrade)}'.");
    }

    private async Task<WorldSettings> WorldAsync(CancellationToken cancellation)
    {
        if (parsed.GetValue(arguments.World) is not { } file)
        {
            return new WorldSettings();
        }

        var bytes = await InputFile.BytesAsync(file, LargestWorldFile, terminal, cancellation);
        if (bytes.Length > LargestWorldFile)
        {
            throw new InputException($"World file '{file}' is larger than {LargestWorldFile} bytes. World settings take a few hundred.");
        }

        var (settings, problems) = WorldFile.Read(bytes);
        Refuse($"World file '{file}'", problems);
        return settings!;
    }

    private Dump ReadDump(CancellationToken cancellation)
    {
        var file = parsed.GetValue(arguments.Cluster)!;
        try
        {
            using var stream = InputFile.Open(file, terminal);
            return DumpReader.Read(stream, new DumpOptions { PoolLabel = parsed.GetValue(arguments.PoolLabel) }, cancellation);
        }
        catch (DumpException problem)
        {
            throw new InputException($"Cluster dump '{file}': {problem.Message}", problem);
        }
    }

    private static void Refuse(string what, ImmutableArray<Problem> problems)
    {
        if (!problems.IsDefaultOrEmpty)
        {
            throw new InputException($"{what}: {string.Join(Environment.NewLine + "  ", problems.Select(p => p.Path.Length == 0 ? p.Message : $"{p.Path}: {p.Message}"))}");
        }
    }
}

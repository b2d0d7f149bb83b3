using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Imago.Application.Catalog;
using Imago.Cli.Terminals;
using Imago.Cli.Windows;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation;
using Imago.Simulation.Dumps;
using Imago.Simulation.Forecasts;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Cli.Forecasts;

/// <summary>Reads dump, maintenance configuration and settings into a forecast request; everything that is wrong is said with its object.</summary>
internal sealed class RequestReader(Terminal terminal, ClusterArguments arguments, ParseResult parsed)
{
    public async Task<(ForecastRequest Request, ImmutableArray<DiscoveredPool> Pools, string? Warning)> ReadAsync(CancellationToken cancellation)
    {
        var from = parsed.GetValue(arguments.From) ?? Instant.FromDateTimeOffset(terminal.Clock.GetUtcNow());
        var shipped = ShippedCatalog.Load();
        var window = await WindowAsync(from, cancellation);
        var world = await WorldAsync(cancellation);
        var settings = Settings();
        var seed = ReadSeed();
        var dump = ReadDump(cancellation);
        if (dump.Pools.IsEmpty)
        {
            throw new InputException($"Cluster dump '{parsed.GetValue(arguments.Cluster)}' has no node of a node pool. Name the label that names the pool with --pool-label.");
        }

        var channel = parsed.GetValue(arguments.Channel) ?? NodeOsChannel.NodeImage;
        var spec = new ClusterSpec
        {
            Name = dump.Cluster.Name,
            Channel = channel,
            Window = window,
            Ring = parsed.GetValue(arguments.Region) is { } region ? ReleaseRings.Default.RingOf(region) : null,

            // CH-86: whose dump it is, is not known; an unsupported minor would be a warning only.
            Attached = true,
            Pools = [.. dump.Pools.Select(p => p.Spec with { Settings = settings, RequestedTarget = Target(p.Spec, channel) })],
        };
        var request = new ForecastRequest
        {
            Blueprint = dump.Cluster, Spec = spec, Catalog = shipped.Releases, World = world, Seed = seed, From = from,
        };
        return (request, dump.Pools, shipped.WarningAt(from));
    }

    private UpgradeSettings Settings()
    {
        var settings = new UpgradeSettings
        {
            MaxSurge = parsed.GetValue(arguments.MaxSurge),
            MaxUnavailable = parsed.GetValue(arguments.MaxUnavailable),
            MaxBlockedNodes = parsed.GetValue(arguments.MaxBlockedNodes),
            DrainTimeout = parsed.GetValue(arguments.DrainTimeout) ?? UpgradeSettings.DefaultDrainTimeout,
            NodeSoak = parsed.GetValue(arguments.Soak) ?? Duration.Zero,
            Undrainable = parsed.GetValue(arguments.Undrainable) ?? UndrainableNodeBehavior.Schedule,
            WindowClose = parsed.GetValue(arguments.WindowClose) ?? WindowClose.FinishNode,
            Canary = parsed.GetValue(arguments.Canary) ?? Canary.FirstNode,
        };
        Refuse("Upgrade settings", UpgradeSettingsValidation.Check(settings));
        return settings;
    }

    // A bare version belongs to each pool's own family; text that is neither version nor image is compared as it is.
    private RolloutTarget? Target(PoolSpec pool, NodeOsChannel channel)
    {
        if (parsed.GetValue(arguments.Target) is not { } text)
        {
            return null;
        }

        if (channel == NodeOsChannel.SecurityPatch)
        {
            return PatchLevel.TryParse(text, out var level)
                ? new RolloutTarget.Patch(level, LivePatching: true)
                : throw new InputException($"Target '{text}' is not a patch level, which channel SecurityPatch needs. Write one such as 20260720T000000Z; `imago images` lists them.");
        }

        var image = NodeImage.Parse(text) is { IsKnown: true } whole ? whole : pool.Family is { } family ? NodeImage.Parse($"{family}-{text}") : NodeImage.Parse(text);
        return image.IsKnown ? new RolloutTarget.Image(image) : new RolloutTarget.Opaque(text);
    }

    private Seed ReadSeed() => parsed.GetValue(arguments.Seed) switch
    {
        null => new Seed(1),
        var text when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => new Seed(number),
        var text => throw new InputException($"Seed '{text}' is not a whole number from 0 to {ulong.MaxValue}."),
    };

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

        var bytes = await InputFile.Reading(file, () => File.ReadAllBytesAsync(file, cancellation));
        var (settings, problems) = WorldFile.Read(bytes);
        Refuse($"World file '{file}'", problems);
        return settings!;
    }

    private Dump ReadDump(CancellationToken cancellation)
    {
        var file = parsed.GetValue(arguments.Cluster)!;
        try
        {
            using var stream = string.Equals(file, "-", StringComparison.Ordinal) ? terminal.OpenInput() : InputFile.Reading(file, () => File.OpenRead(file));
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

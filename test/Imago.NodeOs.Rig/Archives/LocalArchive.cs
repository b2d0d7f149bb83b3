using System.Collections.Concurrent;
using System.Collections.Immutable;
using Imago.Domain.Images;
using Imago.NodeOs.Rig.Packages;
using Imago.NodeOs.Rig.Roots;
using NodaTime;

namespace Imago.NodeOs.Rig.Archives;

/// <summary>
/// A signed archive of packages made for a test, served on loopback as Debian's mirror, security archive and snapshot service are. It goes from moment to moment as the test
/// publishes, can be set back to an older one, and breaks in the ways of <see cref="ArchiveFault"/>.
/// </summary>
/// <remarks>Rules: NM-71. Moments lie in the past of the host's clock, for apt refuses an edition from the future.</remarks>
public sealed class LocalArchive : IAsyncDisposable
{
    /// <summary>Where machines find its key.</summary>
    public const string KeyringPath = "/usr/share/keyrings/imago-rig.gpg";

    private readonly SigningKey _key;
    private readonly ImmutableArray<ArchiveSuite> _suites;
    private readonly ConcurrentDictionary<string, BuiltPackage> _pool = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ArchiveArea, ArchiveFault> _faults = new();
    private readonly ArchiveServer _server;
    private readonly ImmutableSortedDictionary<string, BuiltPackage> _filler;
    private ImmutableArray<ArchiveMoment> _moments = [];
    private ArchiveMoment? _served;

    private LocalArchive(SigningKey key, ImmutableArray<ArchiveSuite> suites, BuiltPackage filler)
    {
        (_key, _suites, _server) = (key, suites, new ArchiveServer(this));
        _filler = ImmutableSortedDictionary.Create<string, BuiltPackage>(StringComparer.Ordinal).Add(filler.Name, filler);
    }

    /// <summary>Address of the server of an area, without a slash at the end.</summary>
    public string AddressOf(ArchiveArea area) => _server.Addresses[area];

    /// <summary>The public key.</summary>
    public byte[] Keyring => _key.Keyring;

    /// <summary>What was asked for so far, in order of the ends.</summary>
    public IReadOnlyCollection<ServedRequest> Served => _server.Served;

    /// <summary>Starts an archive whose suites hold one package that nobody has installed; something has to be published before it is asked.</summary>
    public static async Task<LocalArchive> StartAsync(CancellationToken cancellation = default)
    {
        var filler = await PackageBuilder.BuildAsync(new("rig-filler", "1.0"), cancellation);
        var archive = new LocalArchive(await SigningKey.CreateAsync(cancellation), ArchiveSuite.Bookworm, filler);
        await archive._server.StartAsync(cancellation);
        return archive;
    }

    /// <summary>Publishes the next moment, and serves it. A suite in which nothing changes keeps its edition, as on real mirrors.</summary>
    /// <param name="at">The moment; after the last one.</param>
    /// <param name="change">What is new in it.</param>
    /// <param name="valid">How long its new editions are valid; null: for ever.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<ArchiveMoment> PublishAsync(Instant at, Action<ArchiveContent> change, Duration? valid = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var last = _moments.IsEmpty ? null : _moments[^1];
        if (last is not null && at <= last.At)
        {
            throw new ArgumentException($"The moment {at} is not after the last one, {last.At}.", nameof(at));
        }

        var before = last?.Editions ?? [];
        var content = new ArchiveContent(_suites.ToDictionary(s => s.Pocket, s => before.FirstOrDefault(e => e.Suite == s)?.Packages ?? _filler));
        change(content);
        var editions = new List<SuiteEdition>();
        foreach (var suite in _suites)
        {
            var packages = content.Pockets[suite.Pocket];
            var edition = before.FirstOrDefault(e => e.Suite == suite && ReferenceEquals(e.Packages, packages));
            editions.Add(edition ?? await SuiteEdition.MakeAsync(suite, at, valid, packages, _key, cancellation));
            foreach (var package in packages.Values)
            {
                _pool[package.File] = package;
            }
        }

        var moment = new ArchiveMoment(at, [.. editions], AddressOf);
        _moments = _moments.Add(moment);
        _served = moment;
        return moment;
    }

    /// <summary>Serves an earlier moment again, as a mirror does that was not synchronized, or a later one.</summary>
    public void Serve(ArchiveMoment moment) => _served = moment;

    /// <summary>Breaks it, or mends it with <see cref="ArchiveFault.None"/>.</summary>
    /// <param name="fault">In which way.</param>
    /// <param name="area">Which of the two archives; null: both.</param>
    public void Break(ArchiveFault fault, ArchiveArea? area = null)
    {
        foreach (var one in Enum.GetValues<ArchiveArea>().Where(a => area is null || a == area))
        {
            _faults[one] = fault;
        }
    }

    /// <summary>Makes a machine trust it and know nothing else: its own source list names the live suites.</summary>
    public void Introduce(RootFs root)
    {
        ArgumentNullException.ThrowIfNull(root);
        root.Write(KeyringPath, Keyring);
        root.Write("/etc/apt/sources.list", string.Concat(_suites.Select(s => $"deb [signed-by={KeyringPath}] {AddressOf(s.Area)}{LivePath(s.Area)} {s.Codename} main\n")));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _key.DisposeAsync();
    }

    internal static string LivePath(ArchiveArea area) => area == ArchiveArea.Main ? "/debian" : "/debian-security";

    // The scheme of Debian's snapshot service.
    internal static string SnapshotPath(ArchiveArea area, PatchLevel level) => $"/archive{LivePath(area)}/{level}";

    internal ArchiveFault FaultOf(ArchiveArea area) => _faults.GetValueOrDefault(area);

    internal BuiltPackage? InPool(string file) => _pool.GetValueOrDefault(file);

    /// <summary>The edition of a suite that is served; for a snapshot the newest that is not after it.</summary>
    internal SuiteEdition? Edition(ArchiveArea area, string codename, PatchLevel? snapshot)
    {
        var moment = snapshot is { } level ? _moments.LastOrDefault(m => m.At <= level.Moment) : _served;
        return moment?.Editions.FirstOrDefault(e => e.Suite.Area == area && e.Suite.Codename == codename);
    }
}

using System.Collections.Concurrent;
using System.Net;
using Imago.Domain.Images;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Imago.NodeOs.Rig.Archives;

/// <summary>Serves an archive over HTTP on loopback, as whole or as broken as it is told to be.</summary>
internal sealed class ArchiveServer : IAsyncDisposable
{
    private readonly LocalArchive _archive;
    private readonly ConcurrentQueue<ServedRequest> _served = new();
    private readonly WebApplication _web;

    public ArchiveServer(LocalArchive archive)
    {
        _archive = archive;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // A port for each area, as Debian has a server for each: over one connection, what fails of one would take answers of the other with it.
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Listen(IPAddress.Loopback, 0);
            k.Listen(IPAddress.Loopback, 0);
        });
        _web = builder.Build();
        _web.Run(AnswerAsync);
    }

    public IReadOnlyCollection<ServedRequest> Served => _served;

    /// <summary>Addresses by area, without a slash at the end.</summary>
    public IReadOnlyDictionary<ArchiveArea, string> Addresses { get; private set; } = new Dictionary<ArchiveArea, string>();

    public async Task StartAsync(CancellationToken cancellation)
    {
        await _web.StartAsync(cancellation);
        var addresses = _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        Addresses = new Dictionary<ArchiveArea, string> { [ArchiveArea.Main] = addresses[0], [ArchiveArea.Security] = addresses[1] };
    }

    public async ValueTask DisposeAsync()
    {
        // Hanging requests would hold it up.
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _web.StopAsync(now.Token);
        await _web.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        var status = 0;
        try
        {
            await AnswerAsync(context, path);
            status = context.RequestAborted.IsCancellationRequested ? 0 : context.Response.StatusCode;
        }
        finally
        {
            _served.Enqueue(new(path, status, status is 200 or 206 ? context.Response.ContentLength ?? 0 : 0));
        }
    }

    private async Task AnswerAsync(HttpContext context, string path)
    {
        if (Asked(path) is not var (area, snapshot, rest))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var fault = _archive.FaultOf(area);
        switch (fault)
        {
            case ArchiveFault.Down:
                context.Abort();
                return;
            case ArchiveFault.Unavailable:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            case ArchiveFault.Hanging:
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return;
        }

        var (content, date) = rest switch
        {
            ["pool", var file] => (Damaged(_archive.InPool(file)?.Content, fault == ArchiveFault.CorruptPackages), null),
            ["dists", var codename, .. var index] when _archive.Edition(area, codename, snapshot) is { } edition => (Indexed(edition, string.Join('/', index), fault), edition.Date.ToDateTimeOffset()),
            _ => ((byte[]?)null, (DateTimeOffset?)null),
        };
        // Conditions and ranges are what apt asks with. No ranges of indexes: a real server compares their dates more strictly than this one would.
        await (content is null ? Results.NotFound() : Results.Bytes(content, "application/octet-stream", enableRangeProcessing: rest[0] == "pool", lastModified: fault == ArchiveFault.None ? date : null)).ExecuteAsync(context);
    }

    private static (ArchiveArea Area, PatchLevel? Snapshot, string[] Below)? Asked(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["debian", .. var rest] => (ArchiveArea.Main, null, rest),
        ["debian-security", .. var rest] => (ArchiveArea.Security, null, rest),
        ["archive", "debian", var stamp, .. var rest] when PatchLevel.TryParse(stamp, out var level) => (ArchiveArea.Main, level, rest),
        ["archive", "debian-security", var stamp, .. var rest] when PatchLevel.TryParse(stamp, out var level) => (ArchiveArea.Security, level, rest),
        _ => null,
    };

    private static byte[]? Indexed(SuiteEdition edition, string path, ArchiveFault fault)
    {
        var content = edition.Files.GetValueOrDefault(path);
        if (path != "InRelease")
        {
            return Damaged(content, fault == ArchiveFault.CorruptIndexes);
        }

        return content is null || fault != ArchiveFault.BadSignature
            ? content
            : System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(content).Replace("of the rig", "of another", StringComparison.Ordinal));
    }

    // One bit of the last byte: the length stays right.
    private static byte[]? Damaged(byte[]? content, bool damaged) => content is null || !damaged ? content : [.. content[..^1], (byte)(content[^1] ^ 1)];
}

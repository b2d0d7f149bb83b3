using System.Security.Cryptography;
using Imago.Application.Catalog.Archives;
using Imago.Application.Catalog.Feeds;
using Imago.NodeOs.Archives;
using Imago.NodeOs.Tests.Archives.Kit;
using Shouldly;
using Xunit;

namespace Imago.NodeOs.Tests.Archives;

public sealed class SignedFeedReaderTests : IDisposable
{
    private const string Text = """{"releases":[]}""";

    private readonly TestArchive _place = new();
    private readonly FileFetch _fetch = new(new RunningTimers(), TimeSpan.FromMilliseconds(500));

    private string File => Path.Join(_place.Folder, "feed.json");

    public void Dispose()
    {
        _fetch.Dispose();
        _place.Dispose();
    }

    [Fact]
    public async Task Read_SignedFeedOverHttp_IsVerifiedAndAskedForByTagAfterwards()
    {
        await WriteAsync(Text);
        await using var server = new LoopbackServer(_place.Folder);
        var settings = new FeedSettings(new Uri(server.Address + "/feed.json")) { Keyring = _place.Keyring };

        var first = await ReadAsync(settings, null);
        (await ReadAsync(settings, first)).ShouldBeSameAs(first);

        first.Text.ShouldBe(Text);
        server.Answered.ShouldBe(["200 /feed.json", "200 /feed.json.asc", "304 /feed.json"]);
    }

    [Fact]
    public async Task Read_FeedWasChangedOrIsNotSigned_IsRefused()
    {
        await WriteAsync(Text);
        var settings = new FeedSettings(new Uri(File)) { Keyring = _place.Keyring };
        await System.IO.File.WriteAllTextAsync(File, """{"releases": []}""", TestContext.Current.CancellationToken);
        (await RefusalAsync(settings)).Problem.ShouldBe(ArchiveProblem.SignatureInvalid);

        System.IO.File.Delete(File + ".asc");
        (await RefusalAsync(settings)).Problem.ShouldBe(ArchiveProblem.NotFound);
    }

    [Fact]
    public async Task Read_PinnedFeed_CountsOnlyWithItsHash()
    {
        await WriteAsync(Text);
        var hash = Convert.ToHexStringLower(SHA256.HashData(await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken)));

        (await ReadAsync(new FeedSettings(new Uri(File)) { Sha256 = hash }, null)).Text.ShouldBe(Text);
        (await RefusalAsync(new FeedSettings(new Uri(File)) { Sha256 = new string('0', 64) })).Problem.ShouldBe(ArchiveProblem.HashMismatch);
    }

    private async Task WriteAsync(string text)
    {
        await System.IO.File.WriteAllTextAsync(File, text, TestContext.Current.CancellationToken);
        await System.IO.File.WriteAllBytesAsync(File + ".asc", _place.Key.Sign(System.Text.Encoding.UTF8.GetBytes(text)), TestContext.Current.CancellationToken);
    }

    private ValueTask<FeedReading> ReadAsync(FeedSettings settings, FeedReading? before) =>
        new SignedFeedReader(_fetch).ReadAsync(settings, before, TestArchive.Now, TestContext.Current.CancellationToken);

    private async Task<ArchiveException> RefusalAsync(FeedSettings settings) => await Should.ThrowAsync<ArchiveException>(async () => await ReadAsync(settings, null));
}

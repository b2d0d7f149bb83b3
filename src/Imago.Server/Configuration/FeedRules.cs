using Imago.Application.Catalog.Feeds;

namespace Imago.Server.Configuration;

/// <summary>Which settings of the release feed go together.</summary>
internal static class FeedRules
{
    /// <summary>Adds what is wrong.</summary>
    public static void Check(ServerOptions options, List<string> problems)
    {
        if (options.ReleaseFeed is null && (options.FeedKeyring ?? options.FeedSha256) is not null)
        {
            problems.Add("releases.feedKeyring and releases.feedSha256 say how releases.feed is checked, but there is none. Set releases.feed, or leave them out.");
        }

        // Over http anybody on the way may write the feed, and with it what nodes install; a signature or hash makes up for that.
        if (options.ReleaseFeed?.StartsWith("http://", StringComparison.OrdinalIgnoreCase) == true && (options.FeedKeyring ?? options.FeedSha256) is null)
        {
            problems.Add($"releases.feed: '{options.ReleaseFeed}' is not protected on its way. Use https, or check it with releases.feedKeyring or releases.feedSha256.");
        }

        if (options.FeedKeyring is { } keyring && !File.Exists(keyring))
        {
            problems.Add($"releases.feedKeyring: '{keyring}' does not exist.");
        }
    }

    /// <summary>How the feed is fetched; null: it is a file that is just read, or there is none.</summary>
    public static FeedSettings? Fetched(ServerOptions options)
    {
        var isAddress = Uri.TryCreate(options.ReleaseFeed, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";
        return options.ReleaseFeed is { } feed && (isAddress || (options.FeedKeyring ?? options.FeedSha256) is not null)
            ? new FeedSettings(isAddress ? address! : new Uri(Path.GetFullPath(feed))) { Keyring = options.FeedKeyring, Sha256 = options.FeedSha256, Interval = options.FeedInterval }
            : null;
    }
}

namespace Imago.Application.Catalog.Feeds;

/// <summary>A feed of releases as the running catalogue asks for it.</summary>
public interface IReleaseFeed
{
    /// <summary>What it is called in the log.</summary>
    string Name { get; }

    /// <summary>The text of the feed if it has changed since it was asked for last; null: it has not, or cannot be had now. Answers at once: whoever asks has other things to do.</summary>
    ValueTask<string?> ChangedTextAsync(CancellationToken cancellation);
}

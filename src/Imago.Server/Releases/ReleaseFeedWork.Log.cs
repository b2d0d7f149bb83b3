using Microsoft.Extensions.Logging;

namespace Imago.Server.Releases;

internal sealed partial class ReleaseFeedWork
{
    [LoggerMessage(LogLevel.Information, "Took {Count} releases from {Feed}.")]
    private partial void Taken(int count, string feed);

    [LoggerMessage(LogLevel.Warning, "A part of the release feed {Feed} is not understood: {Problem}")]
    private partial void Refused(string feed, string problem);

    [LoggerMessage(LogLevel.Warning, "Releases could not be read: {Reason}")]
    private partial void NotRead(string reason);
}

using Microsoft.Extensions.Logging;

namespace Imago.Server.Shards;

internal sealed partial class ShardJob
{
    [LoggerMessage(LogLevel.Error, "The work on shard {Shard} failed; it begins again in a moment.")]
    private partial void Failed(int shard, Exception problem);
}

using Imago.Domain.NodeOs;
using Microsoft.Extensions.Logging;

namespace Imago.Agent.Serving;

internal sealed partial class AgentService
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Looking after node {Node}, {System}, agent {Version}.")]
    private partial void LogStarting(string node, string system, string version);

    [LoggerMessage(Level = LogLevel.Information, Message = "Connecting to {Cluster}.")]
    private partial void LogConnecting(string cluster);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Problem}")]
    private partial void LogWaitingForDoor(string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Watching the node: {Problem}.")]
    private partial void LogTrouble(string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "A library that the agent itself uses was replaced; it ends, and is started again with the new one.")]
    private partial void LogBeginningAnew();

    [LoggerMessage(Level = LogLevel.Information, Message = "Doing: {Step}")]
    private partial void LogDoing(string step);

    [LoggerMessage(Level = LogLevel.Information, Message = "Done: {Phase} at level {Level}, reason {Reason}. {Message}")]
    private partial void LogDone(AgentPhase phase, string level, string reason, string message);

    [LoggerMessage(Level = LogLevel.Error, Message = "{File} cannot be written; what the agent knows is kept in memory only. Make room.")]
    private partial void LogNotKept(string file);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The machine could not be read: {Problem}")]
    private partial void LogNotRead(string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "The lock of the agent cannot be taken: {Problem} Nothing is done until it can.")]
    private partial void LogNoLock(string problem);
}

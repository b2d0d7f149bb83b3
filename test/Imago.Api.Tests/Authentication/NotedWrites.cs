using Imago.Api.Activities;
using Microsoft.AspNetCore.Http;

namespace Imago.Api.Tests.Authentication;

/// <summary>Keeps what was noted about writes, as one line each.</summary>
internal sealed class NotedWrites : IWriteAudit
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public ValueTask NoteAsync(HttpContext context, string action, int status)
    {
        lock (_lines)
        {
            _lines.Add($"{action} {status} {WriteFacts.Of(context).ToJsonString()}");
        }

        return ValueTask.CompletedTask;
    }
}

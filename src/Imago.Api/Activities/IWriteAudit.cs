using Microsoft.AspNetCore.Http;

namespace Imago.Api.Activities;

/// <summary>Notes writes for those who look later who did what: of those that the gate refuses, and of those that say who may do what.</summary>
internal interface IWriteAudit
{
    /// <summary>Notes how a write ended. That the note is lost must not change the answer.</summary>
    /// <param name="context">The request, answered.</param>
    /// <param name="action">In ARM's spelling.</param>
    /// <param name="status">What it was answered.</param>
    ValueTask NoteAsync(HttpContext context, string action, int status);
}

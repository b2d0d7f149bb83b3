using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Imago.Api.Pipeline;

/// <summary>Writes answers.</summary>
internal static class AnswerWriter
{
    // The answer is JSON and declared so: nothing in it needs escaping for HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(HttpContext http, ApiAnswer answer)
    {
        var response = http.Response;
        response.StatusCode = answer.Status;
        response.Headers.CacheControl = "no-cache";
        foreach (var (name, value) in answer.Headers)
        {
            response.Headers[name] = value;
        }

        if (answer.Body is null)
        {
            if (answer.Status != StatusCodes.Status204NoContent)
            {
                response.ContentLength = 0;
            }

            return;
        }

        using var buffer = new MemoryStream(4096);
        await using (var json = new Utf8JsonWriter(buffer, Options))
        {
            answer.Body.WriteTo(json);
        }

        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = buffer.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), http.RequestAborted);
        }
    }
}

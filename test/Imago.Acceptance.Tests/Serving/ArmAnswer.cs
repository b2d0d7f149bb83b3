using System.Net;
using System.Text.Json;

namespace Imago.Acceptance.Tests.Serving;

/// <summary>An answer of the ARM API.</summary>
/// <param name="Request">Method and address, for messages.</param>
/// <param name="Status">The status code.</param>
/// <param name="Text">The body.</param>
/// <param name="OperationAddress">What to poll (<c>Azure-AsyncOperation</c>), if anything.</param>
/// <param name="Date">The server's clock when it answered.</param>
internal sealed record ArmAnswer(string Request, HttpStatusCode Status, string Text, Uri? OperationAddress, DateTimeOffset Date)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public JsonElement Properties => Json.GetProperty("properties");

    public ArmAnswer Must(params HttpStatusCode[] allowed) =>
        allowed.Contains(Status) ? this : throw new InvalidOperationException($"{Request} was answered {(int)Status}, not {string.Join(" or ", allowed.Select(a => (int)a))}: {Text}");
}

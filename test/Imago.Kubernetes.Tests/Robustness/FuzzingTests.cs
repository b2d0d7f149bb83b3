using System.Globalization;
using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving;
using Imago.Kubernetes.Tests.Conformance;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Robustness;

public sealed class FuzzingTests(ITestOutputHelper output)
{
    private const int Requests = 10_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_MadeUp_AreAnsweredOrRefusedWithAStatus()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("IMAGO_SEED"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var given) ? given : Guid.CreateVersion7().GetHashCode();
        output.WriteLine($"IMAGO_SEED={seed}");
        await using var server = await TwinServer.StartAsync(Cancellation, new ServingOptions { RequestsPerSecond = 1_000_000 });
        var nodes = await NodesAsync(server);
        var fuzzer = new RequestFuzzer(seed);
        var statuses = new SortedDictionary<int, int>();
        for (var i = 0; i < Requests; i++)
        {
            var made = fuzzer.Next(nodes);
            using var request = RequestOf(made);
            using var answer = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            var status = (int)answer.StatusCode;
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            if (status < 400)
            {
                continue;
            }

            var text = await answer.Content.ReadAsStringAsync(Cancellation);
            var about = $"Seed {seed}, request {i}: {made}\n{status} {text}";
            if (status >= 500)
            {
                IsMeant(made, status, text).ShouldBeTrue(about);
            }

            if (made.Method is not "HEAD" && !IsUnknownPath(status, text))
            {
                Read(text, about).ShouldBe(("Status", "Failure", status), about);
            }
        }

        output.WriteLine(string.Join(", ", statuses.Select(s => $"{s.Key}: {s.Value}")));

        // A fuzzer whose requests all fail early proves nothing.
        (statuses.GetValueOrDefault(200) + statuses.GetValueOrDefault(201)).ShouldBeGreaterThan(Requests / 10);
        statuses.GetValueOrDefault(201).ShouldBeGreaterThan(Requests / 100);
        statuses.GetValueOrDefault(400).ShouldBeGreaterThan(Requests / 20);
        statuses.GetValueOrDefault(422).ShouldBeGreaterThan(10);
    }

    private static HttpRequestMessage RequestOf(FuzzedRequest made)
    {
        var request = new HttpRequestMessage(new HttpMethod(made.Method), made.Path);
        if (made.Accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", made.Accept);
        }

        if (made.Body is not null)
        {
            request.Content = new ByteArrayContent(made.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", made.ContentType);
        }

        return request;
    }

    // As the real API has it: a version that is not there yet, and a pod that two budgets select. Who asks for a head is not told why.
    private static bool IsMeant(FuzzedRequest made, int status, string text) => made.Method is "HEAD"
        ? (status, text) is (504, "")
        : (status, Reason(text)) is (504, "Timeout") || text.Contains("more than one PodDisruptionBudget", StringComparison.Ordinal);

    // A path that is not below any group is answered as a web server does.
    private static bool IsUnknownPath(int status, string text) => status == 404 && text == "404 page not found\n";

    private static string? Reason(string text) => (string?)JsonNode.Parse(text)!["reason"];

    private static (string? Kind, string? Status, int? Code) Read(string text, string about)
    {
        var status = text.StartsWith('{') ? JsonNode.Parse(text)! : throw new InvalidDataException(about);
        return ((string?)status["kind"], (string?)status["status"], (int?)status["code"]);
    }

    private static async Task<List<string>> NodesAsync(TwinServer server) =>
        [.. JsonNode.Parse(await server.Client.GetStringAsync(new Uri("api/v1/nodes", UriKind.Relative), Cancellation))!["items"]!.AsArray().Select(n => (string)n!["metadata"]!["name"]!)];
}

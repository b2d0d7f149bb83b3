using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using Imago.Acceptance.Tests.Rollouts;
using Imago.Acceptance.Tests.Serving;

namespace Imago.Bench.Servers;

/// <summary>How long the API takes for one GET of a cluster and one PUT of a maintenance configuration, at increasing load.</summary>
internal static class ApiRun
{
    private const int Clusters = 200;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Each = TimeSpan.FromSeconds(15);

    public static async Task PrintAsync(TextWriter writer, string? postgres, int[] rates)
    {
        await writer.WriteLineAsync("| Database | Request | Asked for | Answered | p50 | p99 | Most | Failed |\n|---|---|---:|---:|---:|---:|---:|---:|");
        foreach (var (name, database) in (IEnumerable<(string, string?)>)[("SQLite", null), .. postgres is null ? [] : (IEnumerable<(string, string?)>)[("PostgreSQL", postgres)]])
        {
            await using var server = await ImagoServer.StartAsync(BenchFleet.Settings(database));
            await BenchFleet.MakeAsync(server.Client, Clusters, "None");
            using var http = await ClientAsync(server);
            var window = OpeningWindow.After((await server.Client.GetAsync(server.Client.Group(BenchFleet.Group))).Date.AddDays(30));
            foreach (var (request, send) in (IEnumerable<(string, Func<int, Task<bool>>)>)
            [
                ("GET cluster", n => SucceedsAsync(http.GetAsync(Address(server, n, "")))),
                ("PUT configuration", n => SucceedsAsync(http.PutAsJsonAsync(Address(server, n, "/maintenanceConfigurations/aksManagedNodeOSUpgradeSchedule"), window.Lasting(HoursOf(n))))),
            ])
            {
                await SteadyLoad.RunAsync(100, WarmUp, send);
                foreach (var rate in rates)
                {
                    var (latencies, failed) = await SteadyLoad.RunAsync(rate, Each, send);
                    await writer.WriteLineAsync(
                        $"| {name} | {request} | {rate}/s | {latencies.Count / Each.TotalSeconds:0}/s | {latencies.At(0.5):0.0} ms | {latencies.At(0.99):0.0} ms | {latencies.Most:0} ms | {failed} |");
                }
            }
        }
    }

    private static async Task<HttpClient> ClientAsync(ImagoServer server)
    {
        var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true } };
        var http = new HttpClient(handler) { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await server.Client.TokenAsync());
        return http;
    }

    private static Uri Address(ImagoServer server, int number, string below) =>
        new($"{BenchFleet.Path(server.Client, number % Clusters)}{below}?api-version={ArmClient.AksVersion}", UriKind.Relative);

    // Another value with each round over the clusters: a document that changes nothing is not written.
    private static int HoursOf(int number) => 4 + (number / Clusters % 20);

    private static async Task<bool> SucceedsAsync(Task<HttpResponseMessage> sent)
    {
        using var answer = await sent;
        await answer.Content.LoadIntoBufferAsync();
        return answer.IsSuccessStatusCode;
    }
}

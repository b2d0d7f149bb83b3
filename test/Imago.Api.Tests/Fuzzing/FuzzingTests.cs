using System.Globalization;
using System.Net;
using System.Text;
using Imago.Api.Routing;
using Imago.Api.Tests.Kit;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Fuzzing;

public sealed class FuzzingTests(ITestOutputHelper output)
{
    private const int Requests = 10_000;
    private const int SoakRequests = 100_000;

    // How often the engine ends what is under way, so that requests find clusters in every state.
    private const int FinishEvery = 40;

    [Fact]
    [Trait("Rule", "EV-82")]
    public async Task Requests_MadeUp_NeverGive5xxAndRefusedOnesChangeNothing()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("IMAGO_SEED"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var given) ? given : Guid.CreateVersion7().GetHashCode();
        var count = Environment.GetEnvironmentVariable("IMAGO_SOAK") is "1" ? SoakRequests : Requests;
        output.WriteLine($"IMAGO_SEED={seed}, {count} requests");
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        var fuzzer = new RequestFuzzer(seed, api.Services.GetRequiredService<RouteTable>().Routes);
        var statuses = new SortedDictionary<int, int>();
        var before = await FingerprintAsync(api);
        for (var i = 0; i < count; i++)
        {
            if (i % FinishEvery == 0)
            {
                await ReviveAsync(api);
                before = await FingerprintAsync(api);
            }

            var request = fuzzer.Next();
            if (await TrySendAsync(api, request) is not { } answer)
            {
                continue;
            }

            var status = (int)answer.Status;
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            status.ShouldBeLessThan(500, $"Seed {seed}, request {i}: {request}\n{answer.Text}");
            if (status >= 400 && request.Method is not "HEAD")
            {
                answer.ErrorCode.ShouldNotBeNullOrEmpty($"Seed {seed}, request {i}: {request}\n{answer.Text}");
            }

            if (request.Method is not ("GET" or "HEAD"))
            {
                var after = await FingerprintAsync(api);
                if (status >= 400)
                {
                    after.ShouldBe(before, $"Seed {seed}, request {i} was refused with {status} and changed something: {request}");
                }

                before = after;
            }
        }

        output.WriteLine(string.Join(", ", statuses.Select(s => $"{s.Key}: {s.Value}")));

        // A fuzzer whose requests all fail early proves nothing.
        (statuses.GetValueOrDefault(200) + statuses.GetValueOrDefault(201) + statuses.GetValueOrDefault(202)).ShouldBeGreaterThan(count / 20);
        statuses.GetValueOrDefault(400).ShouldBeGreaterThan(count / 20);
    }

    private static async Task<Answer?> TrySendAsync(ApiServer api, FuzzedRequest request)
    {
        try
        {
            return await api.SendAsync(request.Method, request.Path, request.Body, request.Headers);
        }
        catch (Exception unsendable) when (unsendable is UriFormatException or FormatException or HttpRequestException || unsendable.Message is "The path contains null characters.")
        {
            // No client can send it, or no server takes it off the wire.
            return null;
        }
    }

    private static async Task ReviveAsync(ApiServer api)
    {
        if ((await api.OpenAsync()).Length > 0)
        {
            await api.FinishAsync(ApiServer.Cluster);
        }

        if ((await api.GetAsync(ApiServer.Cluster)).Status != HttpStatusCode.OK)
        {
            await api.CreateClusterAsync();
        }
    }

    // Everything but the activity log, which notes refusals.
    private static async Task<string> FingerprintAsync(ApiServer api)
    {
        var text = new StringBuilder();
        foreach (var type in (string[])[ResourceTypes.Subscription, ResourceTypes.ResourceGroup, ResourceTypes.ManagedCluster, ResourceTypes.AgentPool, ResourceTypes.MaintenanceConfiguration, ResourceTypes.Feature, ResourceTypes.ProviderRegistration])
        {
            var page = await api.Store.ListAsync(new ResourceQuery { Type = type, Limit = 1000 }, CancellationToken.None);
            text.AppendJoin('\n', page.Items.Select(r => $"{r.Key} {r.Version} {r.StatusVersion} {r.Document} {r.Status}"));
        }

        text.AppendJoin('\n', await api.OpenAsync());
        text.AppendJoin('\n', await api.Store.ReleasesAsync(CancellationToken.None));
        return text.ToString();
    }
}

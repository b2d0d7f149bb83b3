using Imago.Application.Storage;
using Imago.Persistence.Tests.Kit;
using NodaTime;
using static Imago.Persistence.Tests.Kit.Samples;

namespace Imago.Persistence.Tests.Specification;

/// <summary>The activity log.</summary>
public abstract class ActivitySpecification(Func<ValueTask<TestDatabase>> create) : StoreSpecification(create)
{
    private static readonly ActivityQuery All = new() { SubscriptionId = "11111111-1111-1111-1111-111111111111" };

    [Fact]
    public async Task Activity_EveryFieldGiven_IsStoredAsGiven()
    {
        var automatic = Activity(2) with { HttpMethod = null, ClientRequestId = null, ClientIpAddress = null, ResourceGroup = "" };
        await LogAsync(Activity(1), automatic);
        await ReopenAsync();

        (await FoundAsync(All)).ShouldBe([automatic, Activity(1)]);
    }

    [Fact]
    [Trait("Rule", "EV-57")]
    public async Task Activity_SameEventTwice_IsOne()
    {
        await LogAsync(Activity(1));
        await LogAsync(Activity(1), Activity(2));

        (await FoundAsync(All)).ShouldBe([Activity(2), Activity(1)]);
    }

    [Fact]
    public async Task Activities_OfASubscription_AreItsOwnNewestFirstAndLastArrivedFirst()
    {
        await LogAsync(Activity(2), Activity(1), Activity(3, Activity(2).At), Activity(4) with { SubscriptionId = "22222222-2222-2222-2222-222222222222" });

        (await IdsAsync(All)).ShouldBe(["event-3", "event-2", "event-1"]);
    }

    [Fact]
    public async Task Activities_BetweenTwoInstants_IncludeBoth()
    {
        await LogAsync([.. Enumerable.Range(1, 5).Select(i => Activity(i))]);

        (await IdsAsync(All with { From = Activity(2).At, To = Activity(4).At })).ShouldBe(["event-4", "event-3", "event-2"]);
    }

    [Fact]
    public async Task Activities_OfAResourceInAnyCase_IncludeWhatIsInIt()
    {
        var id = Activity(1).ResourceId;
        await LogAsync(
            Activity(1),
            Activity(2) with { ResourceId = $"{id}/agentPools/np1" },
            Activity(3) with { ResourceId = $"{id}0" },
            Activity(4) with { ResourceId = $"{id}0/agentPools/np1" });

        (await IdsAsync(All with { ResourceId = id.ToUpperInvariant() })).ShouldBe(["event-2", "event-1"]);
    }

    [Fact]
    public async Task Activities_OfAGroupOrCorrelation_AreFoundInAnyCase()
    {
        await LogAsync(
            Activity(1) with { ResourceGroup = "RG" }, Activity(2) with { ResourceGroup = "other" }, Activity(3) with { CorrelationId = "ABCDEF00-0000-0000-0000-000000000000" });

        (await IdsAsync(All with { ResourceGroup = "Rg" })).ShouldBe(["event-3", "event-1"]);
        (await IdsAsync(All with { CorrelationId = "abcdef00-0000-0000-0000-000000000000" })).ShouldBe(["event-3"]);
        (await IdsAsync(All with { SubscriptionId = All.SubscriptionId.ToUpperInvariant() })).Count().ShouldBe(3);
    }

    [Fact]
    public async Task Activities_InPagesThroughEqualInstants_GiveEachOnce()
    {
        // Seven at one instant: the position in the list cannot be the instant alone.
        await LogAsync([.. Enumerable.Range(1, 7).Select(i => Activity(i, Start)), Activity(8, Start - Duration.FromTicks(1)), Activity(9, Start + Duration.FromTicks(1))]);

        var seen = new List<string>();
        string? after = null;
        do
        {
            var page = await Store.ActivitiesAsync(All with { Limit = 3, After = after }, Cancellation);
            seen.AddRange(page.Items.Select(a => a.EventDataId));
            after = page.Next;
            await LogAsync(Activity(100 + seen.Count));
        }
        while (after is not null);

        seen.ShouldBe(new[] { 9, 7, 6, 5, 4, 3, 2, 1, 8 }.Select(i => $"event-{i}"));
    }

    [Fact]
    public async Task Activities_PositionThatIsNone_Throws() => await Should.ThrowAsync<FormatException>(async () => await IdsAsync(All with { After = "elsewhere" }));

    [Fact]
    [Trait("Rule", "EV-60")]
    public async Task Forget_OlderThanAnInstant_RemovesThoseOnly()
    {
        await LogAsync([.. Enumerable.Range(1, 5).Select(i => Activity(i))]);

        (await Store.ForgetBeforeAsync(Activity(3).At, Cancellation)).ShouldBe(2);
        (await IdsAsync(All)).ShouldBe(["event-5", "event-4", "event-3"]);
    }

    [Fact]
    [Trait("Rule", "EV-60")]
    public async Task Forget_MoreThanOneTransactionTakes_RemovesAll()
    {
        await LogAsync([.. Enumerable.Range(1, 2500).Select(i => Activity(i, Start))]);

        (await Store.ForgetBeforeAsync(Start + Duration.FromTicks(1), Cancellation)).ShouldBe(2500);
        (await IdsAsync(All)).ShouldBeEmpty();
    }

    private async ValueTask LogAsync(params ActivityEntry[] entries) => await CommittedAsync(new StoreBatch { Activities = [.. entries] });

    private async ValueTask<IEnumerable<ActivityEntry>> FoundAsync(ActivityQuery query) => (await Store.ActivitiesAsync(query, Cancellation)).Items;

    private async ValueTask<IEnumerable<string>> IdsAsync(ActivityQuery query) => (await FoundAsync(query)).Select(a => a.EventDataId);
}

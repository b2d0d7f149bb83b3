namespace Imago.Acceptance.Tests.Attaching;

/// <summary>The story of an attached cluster as its owner lives it, with the command line and kubectl: docs/kubernetes/attach.md.</summary>
public sealed class AttachingTests(TwinSite site)
{
    [Fact]
    [Trait("Rule", "UP-130")]
    [Trait("Rule", "UP-131")]
    [Trait("Rule", "UP-133")]
    [Trait("Rule", "UP-134")]
    [Trait("Rule", "UP-136")]
    public async Task Cluster_AttachedUpgradedAndDetached_IsAsItWasButForItsImage()
    {
        await using var shop = await AttachedShop.StartAsync(site, "rg-story");

        // Nothing is stored before it is attached, and nothing is touched before there is a channel.
        (await shop.ImagoAsync($"cluster attach shop {await shop.HowAsync()} --dry-run")).MustSucceed().Out.ShouldContain("Nothing was stored");
        (await shop.ImagoAsync("cluster list --attached")).MustSucceed().Out.ShouldContain("No cluster is attached");
        (await shop.ImagoAsync($"cluster attach shop {await shop.HowAsync()} --yes")).MustSucceed();
        (await shop.ImagoAsync("cluster check shop")).MustSucceed().Out.ShouldContain("Imago can work here");
        (await shop.ImagoAsync("explain shop")).MustSucceed().Out.ShouldContain("ChannelNone");
        (await shop.MarksAsync()).ShouldBeEmpty();
        (await shop.KeptAsync()).ShouldBeEmpty();

        var image = await shop.BeginAsync();
        (await shop.ImagoAsync("rollout watch --cluster shop --wait")).MustSucceed();

        (await shop.ImagesAsync()).ShouldBe(Enumerable.Repeat(image, AttachedShop.Nodes));
        (await shop.MarksAsync()).ShouldBeEmpty();
        (await shop.KeptAsync()).Split('\n').ShouldBe(["configmap/rollout-apps", "lease.coordination.k8s.io/imago"], ignoreOrder: true);
        (await shop.ImagoAsync("rollout list --cluster shop")).MustSucceed().Out.ShouldContain("Succeeded");
        (await shop.ImagoAsync("forecast shop")).MustSucceed().Out.ShouldContain($"{AttachedShop.Nodes} already current");
        var events = await shop.EventsAsync();
        events.Count(e => e.StartsWith("Surge: Created a surge node [", StringComparison.Ordinal)).ShouldBe(1);
        events.Count(e => e.StartsWith("Delete: Deleted surge node ", StringComparison.Ordinal)).ShouldBe(1);
        foreach (var node in shop.Names)
        {
            events.Where(e => e.EndsWith($" {node}", StringComparison.Ordinal) || e.Contains($" {node} ", StringComparison.Ordinal)).ShouldBe(
                [$"Drain: Draining node: {node}", $"Upgrade: Deleting node {node} from API server", $"Upgrade: Successfully reimaged node: {node}", $"Upgrade: Successfully upgraded node: {node}"],
                ignoreOrder: true);

            // Its machine has another UID now; its story goes on all the same.
            (await shop.KubectlAsync($"describe node {node}")).MustSucceed().Out.ShouldContain($"Draining node: {node}");
        }

        (await shop.ImagoAsync("cluster detach shop --yes")).MustSucceed().Out.ShouldContain("Nothing of Imago is left in it");

        (await shop.KeptAsync()).ShouldBeEmpty();
        (await shop.MarksAsync()).ShouldBeEmpty();
        (await shop.ImagoAsync("cluster show shop")).ExitCode.ShouldBe(1);
    }

    [Fact]
    [Trait("Rule", "UP-66")]
    public async Task Rollout_AbortedInTheMiddle_EndsWithNothingOfOursOnNodes()
    {
        await using var shop = await AttachedShop.StartAsync(site, "rg-abort");
        var image = await shop.BeginAsync();
        var rollout = await shop.RolloutAsync("A node being done", r => AttachedShop.Done(r) > 0);

        (await shop.ImagoAsync($"rollout abort {rollout.GetProperty("name").GetString()} --cluster shop")).MustSucceed();

        var ended = await shop.RolloutAsync("The end of the rollout", AttachedShop.HasEnded);
        ended.GetProperty("properties").GetProperty("phase").GetString().ShouldBe("Canceled");
        (await shop.MarksAsync()).ShouldBeEmpty();
        (await shop.ImagesAsync()).Count(i => i == image).ShouldBeInRange(1, AttachedShop.Nodes - 1);
        (await shop.ImagoAsync("rollout list --cluster shop")).MustSucceed().Out.ShouldContain("Canceled");
    }

    [Fact]
    public async Task Rollout_PausedAndResumed_StandsStillAndThenEnds()
    {
        await using var shop = await AttachedShop.StartAsync(site, "rg-pause");
        var image = await shop.BeginAsync();
        await shop.RolloutAsync("A node being done", r => AttachedShop.Done(r) > 0);

        (await shop.ImagoAsync("rollout pause --cluster shop --why 'looking into cart'")).MustSucceed();

        // What is in flight is finished; the rest says why it stays.
        await Serving.Until.Async("Everything standing still", TimeSpan.FromMinutes(2), () => shop.ImagoAsync("explain shop --output json"), e => !e.MustSucceed().Out.Contains("InProgress", StringComparison.Ordinal));
        (await shop.ImagoAsync("explain shop")).MustSucceed().Out.ShouldContain("looking into cart");
        (await shop.ImagesAsync()).Count(i => i == image).ShouldBeInRange(1, AttachedShop.Nodes - 1);
        (await shop.NodesAsync()).Count(n => n.GetProperty("spec").TryGetProperty("unschedulable", out var cordoned) && cordoned.GetBoolean()).ShouldBe(0);

        (await shop.ImagoAsync("rollout resume --cluster shop")).MustSucceed();
        (await shop.ImagoAsync("rollout watch --cluster shop")).MustSucceed();
        (await shop.ImagesAsync()).ShouldBe(Enumerable.Repeat(image, AttachedShop.Nodes));
        (await shop.MarksAsync()).ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "UP-66")]
    [Trait("Rule", "UP-155")]
    public async Task Cluster_DetachedInTheMiddleOfARollout_KeepsNothingOfOurs()
    {
        await using var shop = await AttachedShop.StartAsync(site, "rg-detach");
        var image = await shop.BeginAsync();
        await shop.RolloutAsync("A node being done", r => AttachedShop.Done(r) > 0);

        (await shop.ImagoAsync("cluster detach shop --yes")).MustSucceed().Out.ShouldContain("Nothing of Imago is left in it");

        (await shop.MarksAsync()).ShouldBeEmpty();
        (await shop.KeptAsync()).ShouldBeEmpty();
        (await shop.ImagesAsync()).Count(i => i == image).ShouldBeInRange(1, AttachedShop.Nodes - 1);
        (await shop.ImagoAsync("cluster list --attached")).MustSucceed().Out.ShouldContain("No cluster is attached");
    }
}

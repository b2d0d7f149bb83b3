using Imago.Application.Ports;
using Imago.Domain.Rollouts.Actions;
using Imago.Kubernetes.Tests.Providers.Kit;
using Microsoft.AspNetCore.Http;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Providers;

/// <summary>The client against the reference provider, over a socket.</summary>
public sealed class ExternalProviderTests
{
    private readonly ScriptedProvider _world = new();

    [Fact]
    [Trait("Rule", "UP-11")]
    [Trait("Rule", "UP-4")]
    public async Task Operation_BegunAndEnded_IsTheSameOnBothSides()
    {
        await using var served = await Served.StartAsync(_world);

        (await served.Client.FindAsync(Served.Ask().OperationId, default)).ShouldBeNull("it was never begun");
        (await served.Client.BeginAsync(Served.Ask(), default)).ShouldBe(new ProviderOperation(Served.Ask().OperationId, OperationState.Running, null, null, null));
        var begun = _world.Begun.ShouldHaveSingleItem();
        (begun.Verb, begun.Pool, begun.Node, begun.Image, begun.Epoch).ShouldBe((ProviderVerb.Reimage, "apps", "n1", Served.Image, 3L));

        _world.End(Served.Now);
        (await served.Client.FindAsync(Served.Ask().OperationId, default)).ShouldBe(new ProviderOperation(Served.Ask().OperationId, OperationState.Succeeded, Served.Now, null, null));
    }

    [Fact]
    public async Task Begin_TheSameIdAgain_BeginsNothing()
    {
        await using var served = await Served.StartAsync(_world);

        await served.Client.BeginAsync(Served.Ask(), default);
        (await served.Client.BeginAsync(Served.Ask(epoch: 4), default)).State.ShouldBe(OperationState.Running, "a successor asks under a higher epoch for the same operation");

        _world.Begun.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Begin_TheSameIdWithAnotherBody_IsRefusedAndRemembered()
    {
        await using var served = await Served.StartAsync(_world);
        await served.Client.BeginAsync(Served.Ask(), default);

        var answer = await served.Client.BeginAsync(Served.Ask(image: "AKSUbuntu-2204gen2containerd-202608.20.0"), default);

        (answer.State, answer.Code).ShouldBe((OperationState.Failed, "OperationMismatch"));
        _world.Begun.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Begin_OfTwoClustersWithTheSameRollout_AreTwoOperations()
    {
        await using var served = await Served.StartAsync(_world);
        using var other = new Imago.Kubernetes.Providers.External.ExternalProvider("/other", new("external", served.Server.Endpoint, Served.Token, null), new WorldClock(Served.Now), Served.Quick);

        await served.Client.BeginAsync(Served.Ask(epoch: 9), default);
        (await other.BeginAsync(Served.Ask(epoch: 1), default)).State.ShouldBe(OperationState.Running, "epochs belong to a cluster, and so do ids");

        _world.Begun.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Begin_LowerEpochThanSeen_IsStaleAndBeginsNothing()
    {
        await using var served = await Served.StartAsync(_world);
        await served.Client.BeginAsync(Served.Ask("a/n1/Reimage", epoch: 5), default);

        var answer = await served.Client.BeginAsync(Served.Ask("b/n2/Reimage", node: "n2", epoch: 4), default);

        (answer.State, answer.Code).ShouldBe((OperationState.Failed, ProviderCodes.StaleEpoch));
        (await served.Client.FindAsync("b/n2/Reimage", default)).ShouldBeNull("it is not kept");
        _world.Begun.Count.ShouldBe(1);
    }

    [Theory]
    [Trait("Rule", "UP-35")]
    [InlineData("SKUNotAvailable")]
    [InlineData("AllocationFailed")]
    [InlineData("OverconstrainedAllocationRequest")]
    [InlineData("QuotaExceeded")]
    [InlineData("SubnetIsFull")]
    [InlineData("RackOnFire")]
    [InlineData("NodeNotFound")]
    public async Task Operation_ThatFailed_CarriesTheProvidersCodeAsItIs(string code)
    {
        _world.Starts = r => new ProviderOperation(r.OperationId, OperationState.Failed, Served.Now, code, "no luck");
        await using var served = await Served.StartAsync(_world);

        var expected = new ProviderOperation(Served.Ask().OperationId, OperationState.Failed, Served.Now, code, "no luck");
        (await served.Client.BeginAsync(Served.Ask(), default)).ShouldBe(expected);
        (await served.Client.FindAsync(Served.Ask().OperationId, default)).ShouldBe(expected);
    }

    [Fact]
    public async Task Begin_RefusedWithAReason_IsAFailedOperationThatIsFoundAgain()
    {
        await using var served = await Served.StartAsync(_world, (context, next) => HttpMethods.IsPut(context.Request.Method)
            ? AnswerAsync(context, 422, """{"status":422,"code":"UnknownPool","detail":"there is no pool 'apps'"}""", "application/problem+json")
            : next());

        (await served.Client.BeginAsync(Served.Ask(), default)).Code.ShouldBe("UnknownPool");

        // The provider remembers nothing of it, and the rollout has to end with the reason all the same.
        var found = (await served.Client.FindAsync(Served.Ask().OperationId, default)).ShouldNotBeNull();
        (found.State, found.Code, found.Message).ShouldBe((OperationState.Failed, "UnknownPool", "there is no pool 'apps'"));
    }

    [Fact]
    public async Task Begin_AnswerLostAfterItWasBegun_IsAskedAgainAndBegunOnce()
    {
        var lost = 0;
        await using var served = await Served.StartAsync(_world, async (context, next) =>
        {
            if (HttpMethods.IsPut(context.Request.Method) && Interlocked.Increment(ref lost) <= 2)
            {
                await HandledUnheardAsync(context, next);
                return;
            }

            await next();
        });

        (await served.Client.BeginAsync(Served.Ask(), default)).State.ShouldBe(OperationState.Running);

        lost.ShouldBe(3);
        _world.Begun.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Begin_EveryAnswerLost_IsUnknownAndFoundLater()
    {
        var deaf = true;
        await using var served = await Served.StartAsync(_world, (context, next) => deaf ? HandledUnheardAsync(context, next) : next());

        (await Should.ThrowAsync<ConnectionException>(async () => await served.Client.BeginAsync(Served.Ask(), default))).Message.ShouldContain("could not be answered");

        deaf = false;
        (await served.Client.FindAsync(Served.Ask().OperationId, default)).ShouldNotBeNull().State.ShouldBe(OperationState.Running);
        _world.Begun.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Call_NotAnsweredInTime_IsAConnectionExceptionThatSaysSo()
    {
        var tries = 0;
        await using var served = await Served.StartAsync(
            _world,
            async (context, _) =>
            {
                Interlocked.Increment(ref tries);
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            },
            options: Served.Quick with { Attempt = TimeSpan.FromMilliseconds(100) });

        var problem = await Should.ThrowAsync<ConnectionException>(async () => await served.Client.FindAsync("x", default));

        problem.Message.ShouldContain("was not answered within 0.1 seconds, 3 times");
        tries.ShouldBe(3);
    }

    [Fact]
    public async Task Call_CancelledByTheCaller_IsCancelled()
    {
        await using var served = await Served.StartAsync(_world, (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var given = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Should.ThrowAsync<OperationCanceledException>(async () => await served.Client.FindAsync("x", given.Token));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Call_ProviderBusy_IsTriedAgain(int status)
    {
        var tries = 0;
        await using var served = await Served.StartAsync(_world, (context, next) =>
        {
            context.Response.Headers.RetryAfter = "0";
            return Interlocked.Increment(ref tries) < 3 ? AnswerAsync(context, status, "later", "text/plain") : next();
        });

        (await served.Client.BeginAsync(Served.Ask(), default)).State.ShouldBe(OperationState.Running);
        tries.ShouldBe(3);
    }

    [Fact]
    public async Task Call_AskedToWaitForLong_IsGivenUpAtOnce()
    {
        var tries = 0;
        await using var served = await Served.StartAsync(_world, (context, _) =>
        {
            tries++;
            context.Response.Headers.RetryAfter = "120";
            return AnswerAsync(context, 503, """{"status":503,"code":"Unavailable","detail":"maintenance"}""", "application/problem+json");
        });

        (await Should.ThrowAsync<ConnectionException>(async () => await served.Client.FindAsync("x", default))).Message.ShouldContain("503 (maintenance)");
        tries.ShouldBe(1);
    }

    [Fact]
    public async Task Call_TokenNotKnown_SaysWhatToDo()
    {
        await using var served = await Served.StartAsync(_world, token: "wrong");

        var problem = await Should.ThrowAsync<ConnectionException>(async () => await served.Client.BeginAsync(Served.Ask(), default));

        problem.Message.ShouldContain("401: the provider does not know the token (The bearer token is not known)");
        problem.Message.ShouldNotContain("wrong");
        _world.Begun.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{\"id\":", "cannot be read")]
    [InlineData("", "cannot be read")]
    [InlineData("null", "the body is null")]
    [InlineData("{\"id\":\"other\",\"state\":\"Running\"}", "it is about operation 'other'")]
    [InlineData("{\"id\":\"ID\",\"state\":\"Sleeping\"}", "state is 'Sleeping'")]
    [InlineData("{\"id\":\"ID\",\"state\":\"Succeeded\"}", "endedAt is missing")]
    [InlineData("{\"id\":\"ID\",\"state\":\"Failed\",\"endedAt\":\"2026-08-10T06:00:00Z\"}", "error.code is missing")]
    [InlineData("{\"id\":\"ID\",\"state\":\"Succeeded\",\"endedAt\":\"yesterday\"}", "cannot be read at $.endedAt")]
    [InlineData("<html>It works!</html>", "'<html>It works!</html>'")]
    public async Task Answer_ThatMakesNoSense_NamesWhatIsWrong(string body, string complaint)
    {
        await using var served = await Served.StartAsync(
            _world, (context, _) => AnswerAsync(context, 200, body.Replace("ID", context.Request.Path.Value!.Split('/')[^1], StringComparison.Ordinal), "application/json"));

        (await Should.ThrowAsync<ConnectionException>(async () => await served.Client.FindAsync(Served.Ask().OperationId, default))).Message.ShouldContain(complaint);
    }

    [Fact]
    public async Task Find_NotFoundByAServerThatIsNoProvider_IsNotTakenForNeverBegun()
    {
        await using var served = await Served.StartAsync(_world, (context, _) => AnswerAsync(context, 404, "nothing here", "text/plain"));

        (await Should.ThrowAsync<ConnectionException>(async () => await served.Client.FindAsync("x", default))).Message.ShouldContain("is not served there");
    }

    [Fact]
    public async Task Answer_ThatNeverEnds_IsCutOff()
    {
        await using var served = await Served.StartAsync(_world, async (context, _) =>
        {
            var block = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
            }
        });

        (await Should.ThrowAsync<ConnectionException>(async () => await served.Client.FindAsync("x", default))).Message.ShouldContain("more than 262144 bytes");
    }

    [Fact]
    public async Task Answer_ThatPointsElsewhere_IsNotFollowed()
    {
        var asked = 0;
        await using var served = await Served.StartAsync(_world, (context, _) =>
        {
            asked++;
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        });

        (await Should.ThrowAsync<ConnectionException>(async () => await served.Client.FindAsync("x", default))).Message.ShouldContain("redirect (302)");
        asked.ShouldBe(1);
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(3600)]
    public async Task Operation_EndedByAClockThatIsWrong_EndedSoLongAgoByOurs(int seconds)
    {
        var theirs = Served.Now + Duration.FromSeconds(seconds);
        await using var served = await Served.StartAsync(_world, theirs: new WorldClock(theirs));
        await served.Client.BeginAsync(Served.Ask(), default);
        _world.End(theirs - Duration.FromSeconds(90));

        (await served.Client.FindAsync(Served.Ask().OperationId, default))!.EndedAt.ShouldBe(Served.Now - Duration.FromSeconds(90));
    }

    [Theory]
    [InlineData("""{"percent":40,"message":"waiting for disks to detach"}""", "40 %: waiting for disks to detach")]
    [InlineData("""{"percent":40}""", "40 %")]
    [InlineData("""{"message":"installing"}""", "installing")]
    [InlineData("""{"percent":400}""", null)]
    [InlineData("{}", null)]
    [InlineData("null", null)]
    public async Task Operation_UnderWay_SaysHowFarItIs(string progress, string? expected)
    {
        await using var served = await Served.StartAsync(
            _world, (context, _) => AnswerAsync(context, 200, $$"""{"id":"{{context.Request.Path.Value!.Split('/')[^1]}}","state":"Running","progress":{{progress}}}""", "application/json"));

        (await served.Client.FindAsync(Served.Ask().OperationId, default))!.Progress.ShouldBe(expected);
    }

    [Fact]
    [Trait("Rule", "UP-25")]
    public async Task Describe_LimitsAndVerbs_AreWhatPlansCountOn()
    {
        await using var served = await Served.StartAsync(_world);

        var told = await served.Client.DescribeAsync(default);

        (told.Name, told.RetentionDays, told.NamesNodes).ShouldBe(("imago-reference", 7, false));
        told.Limits.For("apps").ShouldBe(new(CanSurge: true, SizeLimit: 1000) { Reboots = true });
        (told with { Verbs = ["Reimage"], Pools = told.Pools.Add("gpu", 8) }).Limits.For("gpu").ShouldBe(new(CanSurge: false, SizeLimit: 8));
    }

    internal static Task AnswerAsync(HttpContext context, int status, string body, string type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body);
    }

    // The provider did its work, and the wire broke before anybody heard of it.
    private static async Task HandledUnheardAsync(HttpContext context, Func<Task> next)
    {
        context.Response.Body = new MemoryStream();
        await next();
        context.Abort();
    }
}

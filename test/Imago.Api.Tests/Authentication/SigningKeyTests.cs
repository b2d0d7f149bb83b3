using System.Net;
using Imago.Api.Authentication;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Authentication;

public sealed class SigningKeyTests
{
    [Fact]
    public async Task Keys_AfterTheRotation_NewOneSignsAndOldTokensStillVerify()
    {
        await using var host = await IdentityHost.StartAsync();
        var id = await host.PrincipalAsync("Reader");
        host.Clock.Now += Duration.FromDays(30) - Duration.FromMinutes(1);
        await host.Store.WriteSigningKeyAsync((await MadeAsync(host)) with { CreatedAt = host.Clock.Now - Duration.FromDays(30) + Duration.FromMinutes(1) }, default);
        await using var later = await IdentityHost.StartAsync(store: host.Store);
        later.Clock.Now = host.Clock.Now;
        var old = await later.TokenAsync(id);

        later.Clock.Now += Duration.FromMinutes(30);
        var young = await later.TokenAsync(id);

        (await later.Store.SigningKeysAsync(default)).Length.ShouldBe(2);
        (await later.StatusAsync(HttpMethod.Get, IdentityHost.Cluster, old)).ShouldBe(HttpStatusCode.OK);
        (await later.StatusAsync(HttpMethod.Get, IdentityHost.Cluster, young)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Keys_WhenEveryTokenOfAnOldOneHasExpired_AreDeleted()
    {
        await using var host = await IdentityHost.StartAsync();
        var first = await MadeAsync(host);
        host.Clock.Now += Duration.FromDays(31);
        await host.TokenAsync(await host.PrincipalAsync());
        host.Clock.Now += Duration.FromHours(2);
        await host.TokenAsync(await host.PrincipalAsync());

        (await host.Store.SigningKeysAsync(default)).ShouldHaveSingleItem().KeyId.ShouldNotBe(first.KeyId);
    }

    [Fact]
    public async Task Keys_MadeByAnotherReplica_VerifyHere()
    {
        await using var one = await IdentityHost.StartAsync();
        await MadeAsync(one);
        await using var two = await IdentityHost.StartAsync(store: one.Store);
        var id = await one.PrincipalAsync("Reader");
        var token = await one.TokenAsync(id);

        (await two.StatusAsync(HttpMethod.Get, IdentityHost.Cluster, token)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Keys_StoredWithAnotherDataKey_AreRefusedAtStart()
    {
        await using var one = await IdentityHost.StartAsync();
        await MadeAsync(one);
        await using var two = await IdentityHost.StartAsync(store: one.Store, change: o => o with { DataKey = DataKey.Make() });

        (await Should.ThrowAsync<DataKeyException>(() => two.Services.PrepareImagoIdentityAsync(default))).Message.ShouldContain("keys/data.key");
    }

    [Fact]
    public void DataKey_ChangedOrForAnotherPurpose_OpensNothing()
    {
        var key = new DataKey(DataKey.Make());
        var hidden = key.Protect([1, 2, 3], [1]);

        key.Unprotect(hidden, [1]).ShouldBe([1, 2, 3]);
        key.Unprotect(hidden, [2]).ShouldBeNull();
        hidden[^1] ^= 1;
        key.Unprotect(hidden, [1]).ShouldBeNull();
        key.Unprotect([1], [1]).ShouldBeNull();
    }

    private static async Task<Imago.Application.Storage.SigningKey> MadeAsync(IdentityHost host)
    {
        await host.Services.PrepareImagoIdentityAsync(default);
        return (await host.Store.SigningKeysAsync(default)).ShouldHaveSingleItem();
    }
}

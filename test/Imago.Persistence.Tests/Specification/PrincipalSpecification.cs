using Imago.Application.Storage;
using Imago.Persistence.Tests.Kit;
using NodaTime;
using static Imago.Persistence.Tests.Kit.Samples;

namespace Imago.Persistence.Tests.Specification;

/// <summary>Service principals, role assignments and signing keys.</summary>
public abstract class PrincipalSpecification(Func<ValueTask<TestDatabase>> create) : StoreSpecification(create)
{
    [Fact]
    public async Task Principal_WrittenAgain_IsReplaced()
    {
        await Store.WritePrincipalAsync(new("b", "Robot", "hash", Start, null), Cancellation);
        await Store.WritePrincipalAsync(new("a", "Other", "hash", Start, null), Cancellation);
        var disabled = new ServicePrincipal("b", "Robot", "hash2", Start, Start + Duration.FromDays(1));
        await Store.WritePrincipalAsync(disabled, Cancellation);
        await ReopenAsync();

        (await Store.FindPrincipalAsync("b", Cancellation)).ShouldBe(disabled);
        (await Store.FindPrincipalAsync("c", Cancellation)).ShouldBeNull();
        (await Store.PrincipalsAsync(Cancellation)).ShouldBe([new("a", "Other", "hash", Start, null), disabled]);
    }

    [Fact]
    public async Task Assignment_Deleted_IsGone()
    {
        var kept = new RoleAssignment("1", "a", "Owner", "/", Start);
        await Store.WriteAssignmentAsync(new("2", "a", "Reader", Group, Start), Cancellation);
        await Store.WriteAssignmentAsync(kept with { Role = "Reader" }, Cancellation);
        await Store.WriteAssignmentAsync(kept, Cancellation);

        (await Store.DeleteAssignmentAsync("2", Cancellation)).ShouldBeTrue();
        (await Store.DeleteAssignmentAsync("2", Cancellation)).ShouldBeFalse();
        (await Store.AssignmentsAsync(Cancellation)).ShouldBe([kept]);
    }

    [Fact]
    public async Task SigningKeys_SomeRetiredAndDeleted_ComeOldestFirst()
    {
        await Store.WriteSigningKeyAsync(new("new", new byte[] { 3 }, Start + Duration.FromDays(1), null), Cancellation);
        await Store.WriteSigningKeyAsync(new("old", new byte[] { 1, 0, 255 }, Start, null), Cancellation);
        await Store.WriteSigningKeyAsync(new("old", new byte[] { 1, 0, 255 }, Start, Start + Duration.FromDays(1)), Cancellation);
        await Store.WriteSigningKeyAsync(new("lost", new byte[] { 1 }, Start, null), Cancellation);
        await Store.DeleteSigningKeyAsync("lost", Cancellation);
        await ReopenAsync();

        var keys = await Store.SigningKeysAsync(Cancellation);
        keys.Select(k => (k.KeyId, k.RetiredAt)).ShouldBe([("old", (Instant?)(Start + Duration.FromDays(1))), ("new", null)]);
        keys[0].Pkcs8.ToArray().ShouldBe([1, 0, 255]);
    }
}

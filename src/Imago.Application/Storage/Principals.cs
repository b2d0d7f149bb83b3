using System.Collections.Immutable;
using NodaTime;

namespace Imago.Application.Storage;

/// <summary>Somebody who may sign in at the built-in issuer with a secret.</summary>
/// <param name="AppId">The client id; a GUID.</param>
/// <param name="Name">Display name.</param>
/// <param name="SecretHash">A salted, slow hash of the secret with its parameters; the secret itself is nowhere.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="DisabledAt">From when it may not sign in; null while it may.</param>
public sealed record ServicePrincipal(string AppId, string Name, string SecretHash, Instant CreatedAt, Instant? DisabledAt);

/// <summary>What somebody may do and where: Reader, Contributor or Owner at a scope and below it.</summary>
/// <param name="Id">A GUID.</param>
/// <param name="PrincipalId">App id of the built-in issuer, or the subject (<c>oid</c> or <c>sub</c>) of another one.</param>
/// <param name="Role">Reader, Contributor or Owner.</param>
/// <param name="ScopeKey">Key of a subscription, resource group or resource; <c>/</c> for everything.</param>
public sealed record RoleAssignment(string Id, string PrincipalId, string Role, string ScopeKey, Instant CreatedAt);

/// <summary>A key that the built-in issuer signs with.</summary>
/// <param name="KeyId">The <c>kid</c>.</param>
/// <param name="Pkcs8">The private key, encrypted with the data folder's key.</param>
/// <param name="CreatedAt">From when it signs.</param>
/// <param name="RetiredAt">From when it only verifies; null while it signs.</param>
public sealed record SigningKey(string KeyId, ReadOnlyMemory<byte> Pkcs8, Instant CreatedAt, Instant? RetiredAt);

/// <summary>Who may sign in, and what they may do.</summary>
public interface IPrincipalStore
{
    ValueTask<ServicePrincipal?> FindPrincipalAsync(string appId, CancellationToken cancellation);

    ValueTask<ImmutableArray<ServicePrincipal>> PrincipalsAsync(CancellationToken cancellation);

    /// <summary>Adds or replaces.</summary>
    ValueTask WritePrincipalAsync(ServicePrincipal principal, CancellationToken cancellation);

    ValueTask<ImmutableArray<RoleAssignment>> AssignmentsAsync(CancellationToken cancellation);

    ValueTask WriteAssignmentAsync(RoleAssignment assignment, CancellationToken cancellation);

    ValueTask<bool> DeleteAssignmentAsync(string id, CancellationToken cancellation);

    ValueTask<ImmutableArray<SigningKey>> SigningKeysAsync(CancellationToken cancellation);

    ValueTask WriteSigningKeyAsync(SigningKey key, CancellationToken cancellation);

    ValueTask DeleteSigningKeyAsync(string keyId, CancellationToken cancellation);
}

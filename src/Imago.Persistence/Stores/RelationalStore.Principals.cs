using System.Collections.Immutable;
using Imago.Application.Storage;
using Microsoft.EntityFrameworkCore;

namespace Imago.Persistence.Stores;

// Who may sign in and what they may do.
public abstract partial class RelationalStore
{
    public ValueTask<ServicePrincipal?> FindPrincipalAsync(string appId, CancellationToken cancellation) =>
        ReadAsync(context => context.Principals.SingleOrDefaultAsync(p => p.AppId == appId, cancellation), cancellation);

    public ValueTask<ImmutableArray<ServicePrincipal>> PrincipalsAsync(CancellationToken cancellation) =>
        ReadAsync(context => ArrayAsync(context.Principals.OrderBy(p => p.AppId), cancellation), cancellation);

    public async ValueTask WritePrincipalAsync(ServicePrincipal principal, CancellationToken cancellation) => await ExecuteAsync(
        """
        INSERT INTO principals (app_id, name, secret_hash, created_at, disabled_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (app_id) DO UPDATE SET name = excluded.name, secret_hash = excluded.secret_hash, created_at = excluded.created_at,
          disabled_at = excluded.disabled_at
        """,
        cancellation, principal.AppId, principal.Name, principal.SecretHash, principal.CreatedAt, principal.DisabledAt);

    public ValueTask<ImmutableArray<RoleAssignment>> AssignmentsAsync(CancellationToken cancellation) =>
        ReadAsync(context => ArrayAsync(context.Assignments.OrderBy(a => a.Id), cancellation), cancellation);

    public async ValueTask WriteAssignmentAsync(RoleAssignment assignment, CancellationToken cancellation) => await ExecuteAsync(
        """
        INSERT INTO role_assignments (id, principal_id, role, scope_key, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (id) DO UPDATE SET principal_id = excluded.principal_id, role = excluded.role, scope_key = excluded.scope_key, created_at = excluded.created_at
        """,
        cancellation, assignment.Id, assignment.PrincipalId, assignment.Role, assignment.ScopeKey, assignment.CreatedAt);

    public async ValueTask<bool> DeleteAssignmentAsync(string id, CancellationToken cancellation) =>
        await ExecuteAsync("DELETE FROM role_assignments WHERE id = $1", cancellation, id) == 1;

    public ValueTask<ImmutableArray<SigningKey>> SigningKeysAsync(CancellationToken cancellation) =>
        ReadAsync(context => ArrayAsync(context.SigningKeys.OrderBy(k => k.CreatedAt).ThenBy(k => k.KeyId), cancellation), cancellation);

    public async ValueTask WriteSigningKeyAsync(SigningKey key, CancellationToken cancellation) => await ExecuteAsync(
        """
        INSERT INTO signing_keys (key_id, pkcs8, created_at, retired_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (key_id) DO UPDATE SET pkcs8 = excluded.pkcs8, created_at = excluded.created_at, retired_at = excluded.retired_at
        """,
        cancellation, key.KeyId, key.Pkcs8, key.CreatedAt, key.RetiredAt);

    public async ValueTask DeleteSigningKeyAsync(string keyId, CancellationToken cancellation) =>
        await ExecuteAsync("DELETE FROM signing_keys WHERE key_id = $1", cancellation, keyId);
}

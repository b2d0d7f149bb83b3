using System.Collections.Concurrent;
using System.Collections.Immutable;
using Imago.Application.Storage;

namespace Imago.Api.Tests.Authentication;

/// <summary>Principals, roles and keys in memory.</summary>
internal sealed class MemoryPrincipals : IPrincipalStore
{
    private readonly ConcurrentDictionary<string, ServicePrincipal> _principals = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, RoleAssignment> _assignments = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, SigningKey> _keys = new(StringComparer.Ordinal);

    public int Looks { get; private set; }

    public ValueTask<ServicePrincipal?> FindPrincipalAsync(string appId, CancellationToken cancellation)
    {
        Looks++;
        return ValueTask.FromResult(_principals.GetValueOrDefault(appId));
    }

    public ValueTask<ImmutableArray<ServicePrincipal>> PrincipalsAsync(CancellationToken cancellation) => ValueTask.FromResult<ImmutableArray<ServicePrincipal>>([.. _principals.Values]);

    public ValueTask WritePrincipalAsync(ServicePrincipal principal, CancellationToken cancellation)
    {
        _principals[principal.AppId] = principal;
        return ValueTask.CompletedTask;
    }

    public ValueTask<ImmutableArray<RoleAssignment>> AssignmentsAsync(CancellationToken cancellation) => ValueTask.FromResult<ImmutableArray<RoleAssignment>>([.. _assignments.Values]);

    public ValueTask WriteAssignmentAsync(RoleAssignment assignment, CancellationToken cancellation)
    {
        _assignments[assignment.Id] = assignment;
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> DeleteAssignmentAsync(string id, CancellationToken cancellation) => ValueTask.FromResult(_assignments.TryRemove(id, out _));

    public ValueTask<ImmutableArray<SigningKey>> SigningKeysAsync(CancellationToken cancellation) => ValueTask.FromResult<ImmutableArray<SigningKey>>([.. _keys.Values]);

    public ValueTask WriteSigningKeyAsync(SigningKey key, CancellationToken cancellation)
    {
        _keys[key.KeyId] = key;
        return ValueTask.CompletedTask;
    }

    public ValueTask DeleteSigningKeyAsync(string keyId, CancellationToken cancellation)
    {
        _keys.TryRemove(keyId, out _);
        return ValueTask.CompletedTask;
    }
}

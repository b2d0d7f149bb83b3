using System.Collections.Immutable;
using Imago.Application.Storage;
using Microsoft.AspNetCore.Http;

namespace Imago.Api.Authorization;

/// <summary>What one caller may do where.</summary>
public sealed class CallerAccess
{
    private readonly ImmutableArray<(string Key, Role Role)> _roles;

    internal CallerAccess(IEnumerable<RoleAssignment> assignments) =>
        _roles = [.. assignments.Select(a => (a.ScopeKey == "/" ? "" : a.ScopeKey.TrimEnd('/').ToLowerInvariant(), Enum.Parse<Role>(a.Role, ignoreCase: true)))];

    /// <summary>Somebody who holds no role.</summary>
    public static CallerAccess None { get; } = new([]);

    /// <summary>Whether a role, or one that includes it, is held at a scope or above. Ids compare without regard to case (EV-83).</summary>
    public bool Has(Role role, string scope)
    {
        var key = Key(scope);
        return _roles.Any(r => r.Role >= role && IsAtOrBelow(key, r.Key));
    }

    /// <summary>Whether a role is held at a scope, above, or anywhere below: then its lists are answered, with what may be read.</summary>
    public bool HasAnywhereIn(Role role, string scope)
    {
        var key = Key(scope);
        return _roles.Any(r => r.Role >= role && (IsAtOrBelow(key, r.Key) || IsAtOrBelow(r.Key, key)));
    }

    /// <summary>Whether a resource may be shown. A subscription also, if something in it may.</summary>
    public bool MayRead(string resourceId) =>
        resourceId.Count(c => c == '/') == 2 ? HasAnywhereIn(Role.Reader, resourceId) : Has(Role.Reader, resourceId);

    private static string Key(string scope) => scope.TrimEnd('/').ToLowerInvariant();

    private static bool IsAtOrBelow(string key, string scope) =>
        key.StartsWith(scope, StringComparison.Ordinal) && (key.Length == scope.Length || key[scope.Length] == '/');
}

/// <summary>The access of the caller of a request.</summary>
public static class CallerAccessFeature
{
    /// <summary>What the caller may do; nothing if nobody has signed in.</summary>
    public static CallerAccess Access(this HttpContext context) => context.Features.Get<CallerAccess>() ?? CallerAccess.None;
}

using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Imago.Api.Authentication;
using Imago.Api.Authorization;
using Imago.Application.Resources;
using Imago.Application.Storage;
using NodaTime;

namespace Imago.Server.Setup;

/// <summary>What somebody needs to begin: a subscription to put things into, and a service principal that may do everything.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="SubscriptionId">The subscription.</param>
/// <param name="AppId">The principal's client id.</param>
/// <param name="Secret">Its secret; shown once, and nowhere else.</param>
public sealed record FirstPrincipal(string TenantId, string SubscriptionId, string AppId, string Secret)
{
    private const string Name = "first-owner";
    private const string SubscriptionName = "Imago";

    /// <summary>Whether somebody is Owner of everything already.</summary>
    public static async Task<bool> ExistsAsync(IPrincipalStore principals, CancellationToken cancellation) =>
        (await principals.AssignmentsAsync(cancellation)).Any(a => a.ScopeKey == "/" && string.Equals(a.Role, nameof(Role.Owner), StringComparison.OrdinalIgnoreCase));

    /// <summary>Makes the principal and, unless there is one, the subscription with its tenant.</summary>
    public static async Task<FirstPrincipal> MakeAsync(IStore store, IPrincipalStore principals, Instant now, CancellationToken cancellation)
    {
        var (tenant, subscription) = await SubscriptionAsync(store, now, cancellation);
        var (appId, secret) = (NewId(), SecretHash.NewSecret());
        var taken = (await principals.PrincipalsAsync(cancellation)).Select(p => p.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var name = Enumerable.Range(1, taken.Count + 1).Select(i => i == 1 ? Name : $"{Name}-{i}").First(n => !taken.Contains(n));
        await principals.WritePrincipalAsync(new ServicePrincipal(appId, name, SecretHash.Of(secret), now, DisabledAt: null), cancellation);
        await principals.WriteAssignmentAsync(new RoleAssignment(NewId(), appId, nameof(Role.Owner), "/", now), cancellation);
        return new FirstPrincipal(tenant, subscription, appId, secret);
    }

    private static async Task<(string Tenant, string Subscription)> SubscriptionAsync(IStore store, Instant now, CancellationToken cancellation)
    {
        var page = await store.ListAsync(new ResourceQuery { Type = ResourceTypes.Subscription, Limit = 1 }, cancellation);
        if (page.Items is [var existing, ..])
        {
            return ((string?)JsonNode.Parse(existing.Document)?["tenantId"] ?? "", existing.Id.Split('/')[^1]);
        }

        var (tenant, subscription) = (NewId(), NewId());
        var id = $"/subscriptions/{subscription}";
        var resource = new StoredResource
        {
            Key = id,
            Id = id,
            Type = ResourceTypes.Subscription,
            ParentKey = "",
            Document = new JsonObject { ["displayName"] = SubscriptionName, ["tenantId"] = tenant }.ToJsonString(),
            CreatedAt = now,
            ChangedAt = now,
            Version = 1,
        };
        var outcome = await store.CommitAsync(new StoreBatch { Resources = [new ResourceWrite.Create(resource) { Key = id }] }, cancellation);
        return outcome.Committed ? (tenant, subscription) : throw new InvalidOperationException($"The subscription could not be stored: '{outcome.Conflict}' was there before.");
    }

    private static string NewId() => new Guid(RandomNumberGenerator.GetBytes(16)).ToString();
}

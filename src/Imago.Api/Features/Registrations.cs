using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Api.Activities;
using Imago.Api.Pipeline;
using Imago.Api.Writing;
using Imago.Application.Storage;
using Imago.Contracts.Resources;
using NodaTime;
using NodaTime.Text;

namespace Imago.Api.Features;

/// <summary>
/// Registrations of features and providers: one stored resource each that says when it was asked for. Its state follows from the clock, so nothing has to run
/// for a registration to come through.
/// </summary>
internal sealed class Registrations(IStore store, ApiOptions options, Commits commits)
{
    public const string Registered = "Registered";
    private const string RequestedAt = "requestedAt";

    /// <summary>Id of the registration of a feature.</summary>
    public static string FeatureId(string subscription, string @namespace, string feature) =>
        $"/subscriptions/{subscription}/providers/Microsoft.Features/providers/{@namespace}/features/{feature}";

    /// <summary>Id of the registration of a provider.</summary>
    public static string ProviderId(string subscription, string @namespace) => $"/subscriptions/{subscription}/providers/{@namespace}";

    /// <summary>NotRegistered, Registering or Registered.</summary>
    public async ValueTask<string> StateAsync(string id, Instant now, CancellationToken cancellation) =>
        await store.FindAsync(id.ToLowerInvariant(), cancellation) is { } stored ? StateOf(stored, now) : "NotRegistered";

    /// <summary>CH-70: the features that a subscription has registered and that have come through.</summary>
    public async ValueTask<ImmutableHashSet<string>> RegisteredFeaturesAsync(string subscription, Instant now, CancellationToken cancellation)
    {
        var registered = ImmutableHashSet.CreateBuilder<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var feature in FeatureNames.All)
        {
            if (await StateAsync(FeatureId(subscription, Providers.ProviderNames.ContainerService, feature), now, cancellation) is Registered)
            {
                registered.Add(feature);
            }
        }

        return registered.ToImmutable();
    }

    /// <summary>Registers what is not registered yet, and answers with what <paramref name="document"/> makes of the state.</summary>
    public ValueTask<ApiAnswer> RegisterAsync(ApiRequest request, string id, string type, Func<string, JsonObject> document) => commits.RunAsync(request, async () =>
    {
        if (await store.FindAsync(id.ToLowerInvariant(), request.Cancellation) is { } stored)
        {
            return Attempt.Only(ApiAnswer.Ok(document(StateOf(stored, request.Now))));
        }

        var requested = new StoredResource
        {
            Key = id.ToLowerInvariant(),
            Id = id,
            Type = type,
            ParentKey = ResourceId.OfSubscription(request.Subscription).Key,
            Document = new JsonObject { [RequestedAt] = InstantPattern.ExtendedIso.Format(request.Now) }.ToJsonString(),
            Version = 1,
            StatusVersion = 1,
            CreatedAt = request.Now,
            ChangedAt = request.Now,
        };
        var batch = new StoreBatch
        {
            Resources = [new ResourceWrite.Create(requested) { Key = requested.Key }],
            Activities = [ActivityJournal.Succeeded(request, id)],
        };
        return new Attempt(batch, ApiAnswer.Ok(document(StateOf(requested, request.Now))));
    });

    /// <summary>Takes a registration back.</summary>
    public ValueTask<ApiAnswer> UnregisterAsync(ApiRequest request, string id, Func<string, JsonObject> document) => commits.RunAsync(request, async () =>
    {
        var answer = ApiAnswer.Ok(document("Unregistered"));
        if (await store.FindAsync(id.ToLowerInvariant(), request.Cancellation) is not { } stored)
        {
            return Attempt.Only(answer);
        }

        var batch = new StoreBatch
        {
            Resources = [new ResourceWrite.Delete(stored.Version) { Key = stored.Key }],
            Activities = [ActivityJournal.Succeeded(request, id)],
        };
        return new Attempt(batch, answer);
    });

    // CH-71: registration takes a while.
    private string StateOf(StoredResource stored, Instant now)
    {
        var requestedAt = InstantPattern.ExtendedIso.Parse((string?)JsonNode.Parse(stored.Document)?[RequestedAt] ?? "").GetValueOrThrow();
        return now - requestedAt >= options.FeatureRegistrationTime ? Registered : "Registering";
    }
}

using Imago.Api.Activities;
using Imago.Api.Attachments;
using Imago.Api.Clusters;
using Imago.Api.Credentials;
using Imago.Api.Documents;
using Imago.Api.Extensions;
using Imago.Api.Features;
using Imago.Api.Groups;
using Imago.Api.Maintenance;
using Imago.Api.Metadata;
using Imago.Api.OpenApi;
using Imago.Api.Operations;
using Imago.Api.Pipeline;
using Imago.Api.Pools;
using Imago.Api.Profiles;
using Imago.Api.Providers;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Api.Writing;
using Imago.Application.Engine;
using Imago.Domain.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Imago.Api;

/// <summary>
/// Composition of the API. The host brings <see cref="Application.Storage.IStore"/>, <see cref="TimeProvider"/>, <see cref="IEngineSignal"/>,
/// <see cref="Application.Catalog.ICatalogSource"/> and <see cref="IKubeconfigSource"/>.
/// </summary>
public static class ImagoApi
{
    public static IServiceCollection AddImagoApi(this IServiceCollection services, ApiOptions options)
    {
        services.AddRouting();
        services.AddSingleton(options);
        services.TryAddSingleton(KubernetesCalendar.Default);
        services.TryAddSingleton<IIntentReader>(s => new IntentReader(options.Rings, s.GetRequiredService<KubernetesCalendar>()));
        services.AddTransient<IStartupFilter, RequestPipelineFilter>();
        services.AddSingleton<ActivityJournal>();
        services.AddSingleton<IWriteAudit, WriteAudit>();
        services.AddSingleton<RouteInvoker>();
        services.AddSingleton<RouteTable>();
        services.AddSingleton<UnknownPath>();
        services.AddSingleton<Scopes>();
        services.AddSingleton<Commits>();
        services.AddSingleton<OperationLinks>();
        services.AddSingleton<Registrations>();
        services.AddSingleton<GroupDeletion>();
        services.AddSingleton<AbortActions>();
        services.AddSingleton<AdmissionContexts>();

        services.AddSingleton<IRouteSource, MetadataEndpoints>();
        services.AddSingleton<IRouteSource, SubscriptionEndpoints>();
        services.AddSingleton<IRouteSource, GroupEndpoints>();
        services.AddSingleton<IRouteSource, ResourceListing>();
        services.AddSingleton<IRouteSource, ProviderEndpoints>();
        services.AddSingleton<IRouteSource, FeatureEndpoints>();
        services.AddSingleton<IRouteSource, ActivityEndpoints>();
        services.AddSingleton<IRouteSource, OperationEndpoints>();
        services.AddSingleton<IRouteSource, ClusterEndpoints>();
        services.AddSingleton<Detaching>();
        services.AddSingleton<IRouteSource>(s => s.GetRequiredService<Detaching>());
        services.AddSingleton<IRouteSource, ClusterActions>();
        services.AddSingleton<IRouteSource>(s => s.GetRequiredService<AbortActions>());
        services.AddSingleton<IRouteSource, PoolEndpoints>();
        services.AddSingleton<IRouteSource, PoolWriting>();
        services.AddSingleton<IRouteSource, MaintenanceEndpoints>();
        services.AddSingleton<IRouteSource, ProfileEndpoints>();
        services.AddSingleton<IRouteSource, CredentialEndpoints>();
        services.AddSingleton<IRouteSource, RolloutEndpoints>();
        services.AddSingleton<IRouteSource, HoldEndpoints>();
        services.AddSingleton<IRouteSource, QuestionEndpoints>();
        services.AddSingleton<IRouteSource, ReleaseEndpoints>();
        services.AddSingleton<IRouteSource, OpenApiEndpoints>();
        return services;
    }

    /// <summary>Maps every route of the API, and the answer to everything that nothing else takes.</summary>
    public static void MapImagoApi(this IEndpointRouteBuilder endpoints)
    {
        var invoker = endpoints.ServiceProvider.GetRequiredService<RouteInvoker>();
        foreach (var route in endpoints.ServiceProvider.GetRequiredService<RouteTable>().Routes)
        {
            endpoints.MapMethods(route.Pattern, [route.Method], http => invoker.InvokeAsync(http, route)).WithName(route.Name).WithMetadata(route);
        }

        var unknown = endpoints.ServiceProvider.GetRequiredService<UnknownPath>();
        endpoints.MapFallback(UnknownPath.Pattern, unknown.InvokeAsync);
    }
}

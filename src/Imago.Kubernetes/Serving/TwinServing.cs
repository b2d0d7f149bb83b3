using Imago.Application.Twins;
using Imago.Kubernetes.Serving.Access;
using Imago.Kubernetes.Serving.Listing;
using Imago.Kubernetes.Serving.Requests;
using Imago.Kubernetes.Serving.Watching;
using Imago.Kubernetes.Serving.Writing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Imago.Kubernetes.Serving;

/// <summary>Composition. Needs an <see cref="ITwinHost"/>, <see cref="ClusterTokens"/> and a <see cref="TimeProvider"/>.</summary>
public static class TwinServing
{
    public static IServiceCollection AddTwinServing(this IServiceCollection services, ServingOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<ServingMetrics>();
        services.AddSingleton<CallerLimits>();
        services.AddSingleton<KeptLists>();
        services.AddSingleton<RequestBody>();
        services.AddSingleton<ListAnswer>();
        services.AddSingleton<WatchAnswer>();
        services.AddSingleton<ObjectWrites>();
        services.AddSingleton<Deletions>();
        services.AddSingleton<ObjectEndpoints>();
        services.AddSingleton<AccessReviews>();
        services.AddSingleton<TwinEndpoint>();
        return services;
    }

    /// <summary>
    /// Takes all requests below the clusters' path, and answers every one of them: tokens of clusters are none of the server's, and the server's none of theirs. So it
    /// stands before the server's own gate.
    /// </summary>
    public static IApplicationBuilder UseTwins(this IApplicationBuilder app)
    {
        var endpoint = app.ApplicationServices.GetRequiredService<TwinEndpoint>();
        return app.Map(app.ApplicationServices.GetRequiredService<ServingOptions>().Path, clusters => clusters.Run(endpoint.HandleAsync));
    }
}

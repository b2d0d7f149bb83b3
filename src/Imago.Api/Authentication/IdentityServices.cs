using Imago.Api.Authorization;
using Imago.Api.Limits;
using Imago.Api.Principals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Imago.Api.Authentication;

/// <summary>Composition of who may sign in and do what. Needs an <see cref="Application.Storage.IPrincipalStore"/>, a <see cref="TimeProvider"/> and what <see cref="ImagoApi"/> brings.</summary>
public static class IdentityServices
{
    public static IServiceCollection AddImagoIdentity(this IServiceCollection services, IdentityOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<IssuerAddress>();
        services.AddSingleton<TokenChecks>();
        services.AddSingleton<PrincipalDirectory>();
        services.AddSingleton<RoleDirectory>();
        services.AddSingleton<RateLimits>();
        if (options.ExternalIssuer is { } issuer)
        {
            services.AddSingleton<IConfigurationManager<OpenIdConnectConfiguration>>(_ => new ConfigurationManager<OpenIdConnectConfiguration>(
                $"{issuer.ToString().TrimEnd('/')}/.well-known/openid-configuration",
                new OpenIdConnectConfigurationRetriever(),
                new HttpDocumentRetriever { RequireHttps = !issuer.IsLoopback }));
            services.AddSingleton<ITokenVerifier, OpenIdTokenVerifier>();
        }
        else
        {
            services.AddSingleton<SigningKeyRing>();
            services.AddSingleton<TokenIssuer>();
            services.AddSingleton<SecretChecks>();
            services.AddSingleton<ITokenVerifier, BuiltInTokenVerifier>();
        }

        // The core alone: the full registration brings data protection with it, whose keys would be written into the home folder and never used.
        services.AddAuthenticationCore(schemes =>
        {
            schemes.DefaultScheme = BearerHandler.SchemeName;
            schemes.AddScheme<BearerHandler>(BearerHandler.SchemeName, displayName: null);
        });
        services.AddWebEncoders();
        services.AddTransient<BearerHandler>();
        return services;
    }

    /// <summary>Looks, before anybody comes, whether the stored signing keys can be read.</summary>
    /// <exception cref="DataKeyException">They were encrypted with another key.</exception>
    public static async Task PrepareImagoIdentityAsync(this IServiceProvider services, CancellationToken cancellation)
    {
        if (services.GetService<SigningKeyRing>() is { } keys)
        {
            await keys.AllAsync(cancellation);
        }
    }

    /// <summary>The gate before all endpoints: must come before everything that answers.</summary>
    public static IApplicationBuilder UseImagoIdentity(this IApplicationBuilder app) => app.UseMiddleware<Gate>();

    /// <summary>The issuer's own endpoints (if it is the built-in one), service principals and role assignments.</summary>
    public static void MapImagoIdentity(this IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetRequiredService<IdentityOptions>().IsBuiltIn)
        {
            routes.MapIssuer();
            routes.MapServicePrincipals();
        }

        routes.MapRoleAssignments();
    }
}

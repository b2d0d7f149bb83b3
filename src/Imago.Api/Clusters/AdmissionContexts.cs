using Imago.Api.Admission;
using Imago.Api.Features;
using Imago.Api.Pipeline;
using Imago.Application.Catalog;
using Imago.Domain.Channels;

namespace Imago.Api.Clusters;

/// <summary>Gathers what writes are judged by.</summary>
internal sealed class AdmissionContexts(Registrations registrations, ICatalogSource catalog, KubernetesCalendar calendar, ApiOptions options)
{
    public async ValueTask<AdmissionContext> OfAsync(ApiRequest request)
    {
        // CH-70: only previews ask about features.
        var features = request.ApiVersion is { IsPreview: true }
            ? await registrations.RegisteredFeaturesAsync(request.Subscription, request.Now, request.Cancellation)
            : [];
        return new AdmissionContext
        {
            Now = request.Now,
            FeatureRegistered = features.Contains,
            Catalog = catalog.Current,
            Rings = options.Rings,
            Calendar = calendar,
        };
    }
}

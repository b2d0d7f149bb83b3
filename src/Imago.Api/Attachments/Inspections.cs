using Imago.Api.Pipeline;
using Imago.Application.Attachments;
using Imago.Application.Ports;

namespace Imago.Api.Attachments;

/// <summary>Looks at clusters for requests: an answer either way.</summary>
internal sealed class Inspections(IClusterInspector inspector)
{
    private const string Code = "ClusterNotInspected";

    /// <summary>The inspection, or why there is none: 400 for what the caller can mend in the request, 502 for a cluster that does not answer.</summary>
    public async ValueTask<(Inspection? Inspection, ApiAnswer? Refusal)> LookAsync(ApiRequest request, Attachment attachment)
    {
        try
        {
            return (await inspector.InspectAsync(attachment, request.Cancellation), null);
        }
        catch (InspectionException failure)
        {
            var isFar = !failure.IsAboutTheRequest && failure.InnerException is ConnectionException or HttpRequestException or IOException or TimeoutException;
            return (null, Problems.Of(isFar ? 502 : 400, Code, failure.Message, isFar ? null : "kubeconfig"));
        }
    }
}

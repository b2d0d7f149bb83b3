using Microsoft.Extensions.Logging;

namespace Imago.Kubernetes.Serving;

internal sealed partial class TwinEndpoint
{
    [LoggerMessage(1, LogLevel.Information, "Kubernetes {Verb} of {Resource} {Namespace}/{Name} on {Cluster} by {User}: {Status}")]
    private partial void Wrote(string verb, string resource, string @namespace, string name, string cluster, string user, int status);

    [LoggerMessage(2, LogLevel.Error, "Kubernetes {Method} of {Resource} failed")]
    private partial void Failed(Exception problem, string method, string resource);
}

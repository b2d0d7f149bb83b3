using Imago.Application.Twins;
using Imago.Kubernetes.Serving.Access;
using Imago.Kubernetes.Serving.Kinds;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving.Requests;

/// <summary>A request about a cluster's API by somebody who is known.</summary>
/// <param name="Http">The request.</param>
/// <param name="Caller">Who sent it.</param>
/// <param name="Twin">The cluster.</param>
/// <param name="Kinds">What it has.</param>
internal sealed record TwinRequest(HttpContext Http, TwinCaller Caller, ITwin Twin, ServedKinds Kinds)
{
    public IQueryCollection Query => Http.Request.Query;

    public CancellationToken Cancellation => Http.RequestAborted;
}

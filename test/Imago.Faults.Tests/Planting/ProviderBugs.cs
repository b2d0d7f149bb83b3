using Imago.Application.Ports;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Actions;
using Imago.Faults.Tests.Generating;

namespace Imago.Faults.Tests.Planting;

/// <summary>Operation ids carry a number that another process does not know: after a restart everything is asked for again.</summary>
internal sealed class OperationIdUnstable : PlantedBug
{
    public override INodeProvider Around(INodeProvider provider, string process) => new Provider(provider, process);

    private sealed class Provider(INodeProvider inner, string process) : WrappedProvider(inner)
    {
        public override ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation) =>
            Inner.BeginAsync(request with { OperationId = $"{request.OperationId}#{process}" }, cancellation);

        public override ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation) => Inner.FindAsync($"{operationId}#{process}", cancellation);
    }
}

/// <summary>Reimages under SecurityPatch bring the newest base image along with the patch.</summary>
internal sealed class PatchBringsNewBase : PlantedBug
{
    public override INodeProvider Around(INodeProvider provider, string process) => new Provider(provider);

    private sealed class Provider(INodeProvider inner) : WrappedProvider(inner)
    {
        public override ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation)
        {
            if (request is { Verb: ProviderVerb.Reimage, Level: { } level, Image: { } image })
            {
                request = request with { Image = NodeImage.Of(NodeImage.Parse(image).Family!, new ImageVersion(0, 0, ReleaseGenerator.OldDate.PlusDays(60), 0), level.Date).Text };
            }

            return Inner.BeginAsync(request, cancellation);
        }
    }
}

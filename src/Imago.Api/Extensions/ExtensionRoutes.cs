using Imago.Api.Clusters;

namespace Imago.Api.Extensions;

/// <summary>Paths of Imago's own additions to clusters.</summary>
internal static class ExtensionRoutes
{
    public const string Base = ClusterRoutes.One + "/providers/Imago";
    public const string Rollouts = Base + "/rollouts";
    public const string Rollout = Rollouts + "/{rollout}";
}

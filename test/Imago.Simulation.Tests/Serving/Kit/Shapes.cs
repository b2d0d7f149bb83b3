using Imago.Application.Engine;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Tests.Kit;

namespace Imago.Simulation.Tests.Serving.Kit;

/// <summary>Pools to ask for.</summary>
internal static class Shapes
{
    public static ClusterShape Of(params PoolShape[] pools) => new([.. pools], Running: true);

    public static ClusterShape Three { get; } = Of(Pool("nodepool1", 3, PoolMode.System));

    public static PoolShape Pool(
        string name, int count, PoolMode mode = PoolMode.User, string image = Blue.OldImage, string[]? zones = null, (string Key, string Value)[]? labels = null, string[]? taints = null,
        string sku = "Ubuntu", string vmSize = "Standard_D4ds_v5")
    {
        var spec = new PoolSpec { Name = name, Mode = mode, Family = NodeImage.Parse(image).Family };
        var intent = new PoolIntent(spec, count, [.. zones ?? []], Blue.Labels(labels ?? []), [.. taints ?? []], sku, vmSize);
        return new PoolShape(name, count, image, "1.33.1", intent);
    }
}

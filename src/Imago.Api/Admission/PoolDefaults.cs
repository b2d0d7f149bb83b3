using System.Text.Json.Nodes;
using Imago.Domain.Images;

namespace Imago.Api.Admission;

/// <summary>What a new pool is when its owner does not say.</summary>
/// <remarks>Rules: IM-20, AZ-31.</remarks>
internal static class PoolDefaults
{
    private const string VmSize = "Standard_D4ds_v5";

    /// <summary>Fills in the properties of a new pool.</summary>
    public static void Fill(JsonObject properties, string mode, string kubernetesVersion)
    {
        Default("count", 1);
        Default("vmSize", VmSize);
        Default("osDiskSizeGB", 128);
        Default("osDiskType", "Managed");
        Default("maxPods", 110);
        Default("type", "VirtualMachineScaleSets");
        Default("mode", mode);
        Default("orchestratorVersion", kubernetesVersion);

        // IM-20: Linux and Ubuntu; Windows means Windows Server. The SKU as asked for is kept without a version, which the Kubernetes version then decides (IM-23).
        Default("osType", nameof(OsType.Linux));
        Default("osSKU", string.Equals(properties["osType"]!.GetValue<string>(), nameof(OsType.Windows), StringComparison.Ordinal) ? "Windows2022" : nameof(OsSku.Ubuntu));

        void Default(string name, JsonNode value)
        {
            if (properties[name] is null)
            {
                properties[name] = value;
            }
        }
    }
}

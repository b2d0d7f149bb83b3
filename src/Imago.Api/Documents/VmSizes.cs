using System.Text.RegularExpressions;
using Imago.Domain.Images;

namespace Imago.Api.Documents;

/// <summary>What the name of a machine size says about its processor. Other names than Azure's say nothing.</summary>
/// <remarks>Rules: IM-22, CH-15.</remarks>
internal static partial class VmSizes
{
    /// <summary>CH-15: the N sizes have NVIDIA GPUs, except the few with AMD ones.</summary>
    public static bool HasNvidiaGpu(string size) => Gpu().IsMatch(size) && !AmdGpu().IsMatch(size);

    /// <summary>IM-22: what the size asks of the image.</summary>
    public static ImageVariants Variants(string size) =>
        (Arm().IsMatch(size) ? ImageVariants.Arm64 : ImageVariants.None) | (Confidential().IsMatch(size) ? ImageVariants.Cvm : ImageVariants.None);

    [GeneratedRegex(@"\AStandard_N[CDV]", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Gpu();

    [GeneratedRegex(@"\AStandard_NV[0-9]+as_v4\z|_V710_", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex AmdGpu();

    // The letter p after the number of processors: Standard_D4ps_v5, Standard_E8pds_v5, Standard_B2pts_v2.
    [GeneratedRegex(@"\AStandard_[A-Z]+[0-9]+(-[0-9]+)?[a-oq-z]*p[a-z]*_", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Arm();

    [GeneratedRegex(@"\AStandard_[DE]C[0-9]+(-[0-9]+)?[ae]i?d?s_", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Confidential();
}

using System.Text.Json.Nodes;
using Imago.Domain.Images;

namespace Imago.Simulation.Serving.Twins.Rendering;

/// <summary>What a node says about its operating system, as far as its image tells.</summary>
internal static class NodeSystem
{
    public static JsonObject Render(NodeLook look, string uid)
    {
        var machine = uid.Replace("-", "", StringComparison.Ordinal);
        var (system, kernel, runtime) = Of(look);
        return new JsonObject
        {
            ["machineID"] = machine,
            ["systemUUID"] = look.Made.Uid,
            ["bootID"] = BootOf(look.Seen.BootId, uid),
            ["kernelVersion"] = kernel,
            ["osImage"] = system,
            ["containerRuntimeVersion"] = runtime,
            ["kubeletVersion"] = look.Made.KubeletVersion ?? "",
            ["kubeProxyVersion"] = "",
            ["operatingSystem"] = look.Made.Labels.GetValueOrDefault("kubernetes.io/os", "linux"),
            ["architecture"] = look.Made.Labels.GetValueOrDefault("kubernetes.io/arch", "amd64"),
        };
    }

    // The first boot is named after the machine; every later one is another.
    private static string BootOf(string? boot, string uid)
    {
        if (boot is null || boot.EndsWith("#0", StringComparison.Ordinal))
        {
            return uid;
        }

        var text = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(boot)).AsSpan(0, 16));
        return $"{text[..8]}-{text[8..12]}-{text[12..16]}-{text[16..20]}-{text[20..]}";
    }

    private static (string System, string Kernel, string Runtime) Of(NodeLook look)
    {
        const string containerd = "containerd://1.7.27-1";
        var family = look.Seen.Image.Family;
        var sku = ImageFamilies.All.FirstOrDefault(f => f.Family == family)?.Sku;
        return sku switch
        {
            OsSku.Ubuntu1604 => ("Ubuntu 16.04.7 LTS", "4.15.0-1113-azure", "docker://19.3.14"),
            OsSku.Ubuntu1804 => ("Ubuntu 18.04.6 LTS", "5.4.0-1138-azure", containerd),
            OsSku.Ubuntu2004 => ("Ubuntu 20.04.6 LTS", "5.15.0-1088-azure", containerd),
            OsSku.Ubuntu2204 => ("Ubuntu 22.04.5 LTS", "5.15.0-1091-azure", containerd),
            OsSku.Ubuntu2404 => ("Ubuntu 24.04.3 LTS", "6.8.0-1030-azure", "containerd://2.0.4-1"),
            OsSku.Ubuntu2604 => ("Ubuntu 26.04 LTS", "7.0.0-1004-azure", "containerd://2.1.4-1"),
            OsSku.Mariner1 => ("CBL-Mariner/Linux", "5.10.224.1-1.cm1", containerd),
            OsSku.Mariner2 => ("CBL-Mariner/Linux", "5.15.176.3-1.cm2", containerd),
            OsSku.AzureLinux2 => ("CBL-Mariner/Linux", "5.15.186.1-1.cm2", containerd),
            OsSku.AzureLinux3 => ("Microsoft Azure Linux 3.0", "6.6.92.2-2.azl3", "containerd://2.0.0"),
            // An image of another kind is what the operating system calls itself.
            _ => (look.Image.Length == 0 ? "Linux" : look.Image, look.Image.Contains("indows", StringComparison.Ordinal) ? "10.0.20348.3932" : "6.6.0", containerd),
        };
    }
}

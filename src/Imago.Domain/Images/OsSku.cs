namespace Imago.Domain.Images;

/// <summary>Kind of operating system of a pool.</summary>
public enum OsType
{
    /// <summary>Linux.</summary>
    Linux,

    /// <summary>Windows Server.</summary>
    Windows,
}

/// <summary>
/// The OS SKU of a pool. <see cref="Ubuntu"/>, <see cref="AzureLinux"/> and <see cref="Windows"/> are asked for without a version, which Kubernetes'
/// version then decides (IM-23); all others name one.
/// </summary>
/// <remarks>Rules: IM-15, IM-20, IM-23.</remarks>
public enum OsSku
{
    /// <summary>The default Ubuntu of the Kubernetes version.</summary>
    Ubuntu,

    /// <summary>The default Azure Linux of the Kubernetes version.</summary>
    AzureLinux,

    /// <summary>The default long-term Windows Server of the Kubernetes version.</summary>
    Windows,

    /// <summary>Ubuntu 16.04; history.</summary>
    Ubuntu1604,

    /// <summary>Ubuntu 18.04; history.</summary>
    Ubuntu1804,

    /// <summary>Ubuntu 20.04.</summary>
    Ubuntu2004,

    /// <summary>Ubuntu 22.04.</summary>
    Ubuntu2204,

    /// <summary>Ubuntu 24.04.</summary>
    Ubuntu2404,

    /// <summary>Ubuntu 26.04 minimal.</summary>
    Ubuntu2604,

    /// <summary>CBL-Mariner 1; history.</summary>
    Mariner1,

    /// <summary>CBL-Mariner 2, the name of Azure Linux 2 before it was called so.</summary>
    Mariner2,

    /// <summary>Azure Linux 2.</summary>
    AzureLinux2,

    /// <summary>Azure Linux 3.</summary>
    AzureLinux3,

    /// <summary>Azure Linux with OS Guard; immutable.</summary>
    AzureLinuxOSGuard,

    /// <summary>Flatcar; immutable.</summary>
    Flatcar,

    /// <summary>Azure Container Linux; immutable.</summary>
    AzureContainerLinux,

    /// <summary>Windows Server 2019.</summary>
    Windows2019,

    /// <summary>Windows Server 2022.</summary>
    Windows2022,

    /// <summary>Windows Server annual channel, 23H2.</summary>
    WindowsAnnual,

    /// <summary>Windows Server 2025.</summary>
    Windows2025,
}

/// <summary>Virtual machine generations.</summary>
[Flags]
public enum VmGenerations
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Generation 1.</summary>
    Gen1 = 1,

    /// <summary>Generation 2.</summary>
    Gen2 = 2,
}

/// <summary>What makes an image a variant of its operating system.</summary>
/// <remarks>Rules: IM-22.</remarks>
[Flags]
public enum ImageVariants
{
    /// <summary>The plain image.</summary>
    None = 0,

    /// <summary>FIPS 140 cryptography.</summary>
    Fips = 1,

    /// <summary>Trusted Launch.</summary>
    TrustedLaunch = 2,

    /// <summary>For confidential virtual machines.</summary>
    Cvm = 4,

    /// <summary>For Arm64 processors.</summary>
    Arm64 = 8,

    /// <summary>Kata containers: pod sandboxing.</summary>
    Kata = 16,

    /// <summary>With drivers of NVIDIA GPUs in the image; history.</summary>
    Gpu = 32,

    /// <summary>For Arm64 machines with Grace Blackwell GPUs.</summary>
    GraceBlackwell = 64,

    /// <summary>With the docker engine instead of containerd; history.</summary>
    Docker = 128,
}

namespace Imago.Domain.Channels;

/// <summary>Operating systems of pools as far as channels treat them differently.</summary>
public enum PoolOs
{
    /// <summary>Ubuntu, with or without GPU.</summary>
    Ubuntu,

    /// <summary>Azure Linux or Mariner on CPU nodes.</summary>
    AzureLinux,

    /// <summary>Azure Linux or Mariner with NVIDIA GPUs.</summary>
    AzureLinuxGpu,

    /// <summary>Azure Linux with Kata, pod sandboxing.</summary>
    AzureLinuxKata,

    /// <summary>Windows Server.</summary>
    Windows,

    /// <summary>Azure Linux with OS Guard; immutable.</summary>
    OsGuard,

    /// <summary>Flatcar; immutable.</summary>
    Flatcar,

    /// <summary>Azure Container Linux; immutable.</summary>
    AzureContainerLinux,

    /// <summary>Anything else, for example the nodes of another cloud.</summary>
    Other,
}

/// <summary>What a channel does for a kind of pool.</summary>
public enum SupportLevel
{
    /// <summary>It works.</summary>
    Supported,

    /// <summary>Accepted, and nothing happens.</summary>
    NoEffect,

    /// <summary>Not available; pools are skipped, not failed (CH-19).</summary>
    NotSupported,
}

/// <summary>The matrix of channels and operating systems.</summary>
/// <remarks>Rules: CH-10…21.</remarks>
public static class ChannelSupport
{
    /// <summary>What the channel does for pools of that OS, and why, for people; the text is empty when it simply works.</summary>
    public static (SupportLevel Level, string Why) For(NodeOsChannel channel, PoolOs os) => (channel, os) switch
    {
        // CH-10: nobody patches.
        (NodeOsChannel.None or NodeOsChannel.Unspecified, _) => (SupportLevel.NoEffect, "channel None patches nothing; its owner does"),

        // CH-14: Windows fixes ship monthly, but nothing installs them by itself.
        (NodeOsChannel.Unmanaged, PoolOs.Windows) => (SupportLevel.NoEffect, "Windows nodes do not update themselves"),

        // CH-15: package updates are switched off there.
        (NodeOsChannel.Unmanaged, PoolOs.AzureLinuxGpu) => (SupportLevel.NoEffect, "package updates are switched off on Azure Linux GPU nodes"),
        (NodeOsChannel.Unmanaged, PoolOs.AzureLinuxKata) => (SupportLevel.NoEffect, "kata packages move only as a set, with an image"),
        (NodeOsChannel.Unmanaged, PoolOs.Flatcar) => (SupportLevel.NoEffect, "Flatcar's own update is switched off"),
        (NodeOsChannel.Unmanaged, PoolOs.OsGuard or PoolOs.AzureContainerLinux) => (SupportLevel.NotSupported, "the OS is immutable"),

        // CH-18: not on Windows, Azure Linux GPU and the immutable ones; CH-19: Kata is treated alike.
        (NodeOsChannel.SecurityPatch, PoolOs.Windows) => (SupportLevel.NotSupported, "SecurityPatch does not exist for Windows"),
        (NodeOsChannel.SecurityPatch, PoolOs.AzureLinuxGpu) => (SupportLevel.NotSupported, "SecurityPatch does not exist for Azure Linux GPU nodes"),
        (NodeOsChannel.SecurityPatch, PoolOs.AzureLinuxKata) => (SupportLevel.NotSupported, "kata packages move only as a set, with an image"),
        (NodeOsChannel.SecurityPatch, PoolOs.OsGuard or PoolOs.Flatcar or PoolOs.AzureContainerLinux) => (SupportLevel.NotSupported, "the OS is immutable"),
        _ => (SupportLevel.Supported, ""),
    };

    /// <summary>
    /// Why a cluster on a channel may not have a pool of that OS, or null. Refused are immutable systems on SecurityPatch and Unmanaged; other unsupported
    /// pools are accepted and skipped.
    /// </summary>
    /// <remarks>CH-20.</remarks>
    public static string? RefusalOf(NodeOsChannel channel, string pool, PoolOs os) =>
        os is PoolOs.OsGuard or PoolOs.Flatcar or PoolOs.AzureContainerLinux && channel is NodeOsChannel.SecurityPatch or NodeOsChannel.Unmanaged
            ? $"Node pool '{pool}' runs {os}, which is immutable and does not work with node OS upgrade channel {channel}. Use NodeImage or None."
            : null;
}

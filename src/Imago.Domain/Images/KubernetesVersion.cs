using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Imago.Domain.Images;

/// <summary>A Kubernetes version: major, minor and patch. What distributions append (<c>-gke.1589017</c>, <c>+k3s1</c>, <c>-akslts</c>) is dropped.</summary>
public readonly record struct KubernetesVersion(int Major, int Minor, int Patch) : IComparable<KubernetesVersion>
{
    /// <summary>Whether the version is of that minor or a later one.</summary>
    public bool AtLeast(int major, int minor) => Major > major || (Major == major && Minor >= minor);

    /// <summary>Reads <c>1.30</c>, <c>v1.30.3</c>, <c>1.30.100-akslts</c>, <c>v1.29.1-gke.1589017</c>, <c>v1.30.4+k3s1</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out KubernetesVersion version)
    {
        version = default;
        if (text is null)
        {
            return false;
        }

        var core = text.AsSpan(text.StartsWith('v') ? 1 : 0);
        var end = core.IndexOfAny('-', '+');
        core = end < 0 ? core : core[..end];
        Span<Range> parts = stackalloc Range[4];
        var count = core.Split(parts, '.');
        if (count is < 2 or > 3 || !Number(core[parts[0]], out var major) || !Number(core[parts[1]], out var minor))
        {
            return false;
        }

        var patch = 0;
        if (count == 3 && !Number(core[parts[2]], out patch))
        {
            return false;
        }

        version = new KubernetesVersion(major, minor, patch);
        return true;
    }

    /// <inheritdoc />
    public int CompareTo(KubernetesVersion other) => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    /// <summary>Order of versions.</summary>
    public static bool operator <(KubernetesVersion left, KubernetesVersion right) => left.CompareTo(right) < 0;

    /// <summary>Order of versions.</summary>
    public static bool operator >(KubernetesVersion left, KubernetesVersion right) => left.CompareTo(right) > 0;

    /// <summary>Order of versions.</summary>
    public static bool operator <=(KubernetesVersion left, KubernetesVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Order of versions.</summary>
    public static bool operator >=(KubernetesVersion left, KubernetesVersion right) => left.CompareTo(right) >= 0;

    /// <summary><c>major.minor.patch</c>.</summary>
    public override string ToString() => $"{Major}.{Minor}.{Patch}";

    private static bool Number(ReadOnlySpan<char> text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}

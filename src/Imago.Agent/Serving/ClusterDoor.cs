using Imago.Agent.Settings;
using Imago.Kubernetes.Configuration;

namespace Imago.Agent.Serving;

/// <summary>Finds the way to the cluster: a named kubeconfig, the service account of a pod, or the kubelet's own identity.</summary>
/// <remarks>Rules: NM-4.</remarks>
internal static class ClusterDoor
{
    /// <summary>Opens it.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="environment">Reads variables of the environment.</param>
    /// <param name="time">The clock.</param>
    /// <param name="waitsFor">What is missing, for people, when nothing is returned.</param>
    /// <returns>Null: there is none yet. A machine gets its kubeconfig when it joins; until then there is nothing to do.</returns>
    /// <exception cref="KubeconfigException">There is one, and it cannot be used.</exception>
    public static ClusterAccess? Open(AgentSettings settings, Func<string, string?> environment, TimeProvider time, out string waitsFor)
    {
        waitsFor = "";
        if (settings.Kubeconfig is { } named)
        {
            waitsFor = named;
            return File.Exists(named) ? Kubeconfig.Load(named).Access(null, time) : null;
        }

        if (InClusterAccess.Find(environment, time) is { } pod)
        {
            return pod;
        }

        var file = AgentSettings.KubeletKubeconfigs.FirstOrDefault(File.Exists);
        waitsFor = string.Join(" or ", AgentSettings.KubeletKubeconfigs);
        return file is null ? null : Kubeconfig.Load(file).Access(null, time);
    }
}

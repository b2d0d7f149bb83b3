namespace Imago.Simulation.Dumps;

/// <summary>The input is not a usable dump of a cluster. The message is for the person who made it: what was found, and what to do.</summary>
public sealed class DumpException(string message) : Exception(message)
{
    /// <summary>The command that makes a dump.</summary>
    public const string Command =
        "kubectl get nodes,namespaces,pods,pdb,deployments,replicasets,statefulsets,daemonsets,jobs,pv,pvc -A -o json > dump.json";

    /// <summary>A message that ends with the command.</summary>
    internal static DumpException Of(string found) => new($"{PlainText.Of(found, 600)} Make a dump with: {Command}");
}

using System.Text;
using Imago.Application.Attachments;
using Imago.Application.Attachments.Checks;

namespace Imago.Kubernetes.Inspections;

/// <summary>The manifest that gives a service account exactly the permissions of <see cref="ClusterPermissions"/>. <c>deploy/kubernetes/rbac.yaml</c> is its text.</summary>
public static class RbacManifest
{
    /// <summary>Name of the service account, its roles and bindings.</summary>
    public const string Account = "imago";

    /// <summary>Name of the secret that holds its token.</summary>
    public const string TokenSecret = "imago-token";

    // Of the account, Imago's records and its lease.
    private const string Space = Attachment.OwnNamespace;

    private const string Group = "rbac.authorization.k8s.io";

    /// <summary>The manifest as YAML.</summary>
    public static string Render()
    {
        var yaml = new StringBuilder();
        yaml.AppendLine("# What Imago may do in a cluster that it looks after: exactly what it does, and nothing else.")
            .AppendLine("# Printed by 'imago cluster rbac'. Apply it with: kubectl apply -f rbac.yaml")
            .AppendLine("# What each rule is for: docs/kubernetes/permissions.md. What to do next: docs/kubernetes/attach.md.");
        Object(yaml, "v1", "Namespace", Space, null);
        Object(yaml, "v1", "ServiceAccount", Account, Space);
        yaml.AppendLine("# The account's token. It does not expire: delete this secret to take access away.");
        Object(yaml, "v1", "Secret", TokenSecret, Space, $"  annotations:{Environment.NewLine}    kubernetes.io/service-account.name: {Account}");
        yaml.AppendLine("type: kubernetes.io/service-account-token");
        Role(yaml, "ClusterRole", null, PermissionScope.Cluster);
        Role(yaml, "Role", Space, PermissionScope.Own);
        Role(yaml, "Role", ClusterPermissions.EventNamespace, PermissionScope.Events);
        return yaml.Replace("\r\n", "\n").ToString();
    }

    private static void Role(StringBuilder yaml, string kind, string? roleSpace, PermissionScope scope)
    {
        Object(yaml, $"{Group}/v1", kind, Account, roleSpace);
        yaml.AppendLine("rules:");
        foreach (var rule in ClusterPermissions.All.Where(p => p.Scope == scope).GroupBy(p => (p.Group, p.Resource, p.Need, p.Why)))
        {
            yaml.AppendLine($"  # {char.ToUpperInvariant(rule.Key.Why[0])}{rule.Key.Why[1..]}.{Optional(rule.Key.Need)}")
                .AppendLine($"  - apiGroups: [\"{rule.Key.Group}\"]")
                .AppendLine($"    resources: [\"{rule.Key.Resource}\"]")
                .AppendLine($"    verbs: [{string.Join(", ", rule.Select(p => $"\"{p.Verb}\""))}]");
        }

        Object(yaml, $"{Group}/v1", $"{kind}Binding", Account, roleSpace);
        yaml.AppendLine("roleRef:").AppendLine($"  apiGroup: {Group}").AppendLine($"  kind: {kind}").AppendLine($"  name: {Account}")
            .AppendLine("subjects:").AppendLine("  - kind: ServiceAccount").AppendLine($"    name: {Account}").AppendLine($"    namespace: {Space}");
    }

    private static string Optional(PermissionNeed need) => need switch
    {
        PermissionNeed.Force => " May be left out if nobody forces upgrades.",
        PermissionNeed.Story => " May be left out; the cluster then has no events of Imago.",
        PermissionNeed.Insight => " May be left out; checks and forecasts then know less.",
        _ => "",
    };

    private static void Object(StringBuilder yaml, string version, string kind, string name, string? space, string? more = null)
    {
        yaml.AppendLine("---").AppendLine($"apiVersion: {version}").AppendLine($"kind: {kind}").AppendLine("metadata:").AppendLine($"  name: {name}");
        if (space is not null)
        {
            yaml.AppendLine($"  namespace: {space}");
        }

        if (more is not null)
        {
            yaml.AppendLine(more);
        }
    }
}

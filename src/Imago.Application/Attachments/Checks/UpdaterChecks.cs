namespace Imago.Application.Attachments.Checks;

/// <summary>Others who reboot, replace or patch nodes, by what they leave in the cluster. Two of them on one node at the same time do harm.</summary>
internal static class UpdaterChecks
{
    private static readonly Updater[] Known =
    [
        new(FindingCodes.KuredAtWork, FindingLevel.Warning, "kured", "It reboots nodes when a file asks for it, with cordons and a lock of its own, that is beside Imago's windows and limits.",
            "For pools on channel NodeImage or SecurityPatch, and for pools whose rebootPolicy is Coordinated, remove kured, or two reboot the same nodes; on Unmanaged otherwise keep it and leave rebooting to it.")
        {
            Names = ["kured"], Images = ["kured"], Annotations = ["weave.works/kured-", "kured.dev/"],
        },
        new(FindingCodes.SystemUpgradeController, FindingLevel.Warning, "system-upgrade-controller", "It runs plans that cordon, drain and upgrade nodes.",
            "Delete the plans that upgrade the operating system. Plans for k3s or RKE2 itself may stay; let them run outside Imago's windows.")
        {
            Names = ["system-upgrade-controller"], Images = ["system-upgrade-controller"], Labels = ["plan.upgrade.cattle.io/"],
        },
        new(FindingCodes.KarpenterAtWork, FindingLevel.Note, "Karpenter", "It makes and replaces nodes by its own rules (drift, expiry, consolidation); Imago leaves its nodes alone.",
            "Nothing. If it should also not touch other nodes, see that none of them carries its labels.")
        {
            Names = ["karpenter"], Images = ["karpenter/controller"], Labels = ["karpenter.sh/nodepool", "karpenter.sh/provisioner-name"], Taints = ["karpenter.sh/disruption", "karpenter.sh/disrupted"],
        },
        new(FindingCodes.ClusterAutoscaler, FindingLevel.Note, "cluster-autoscaler", "It adds and removes nodes. Nodes under way are protected from it by an annotation.",
            "Nothing; its largest size of a pool has to leave room for surge nodes.")
        {
            Names = ["cluster-autoscaler"], Images = ["cluster-autoscaler"],
        },
        new(FindingCodes.FlatcarUpdateOperator, FindingLevel.Warning, "Flatcar Linux update operator", "It reboots nodes into updates that they downloaded by themselves.",
            "Let one of both do it: remove the operator, or leave its pools on channel None.")
        {
            Names = ["flatcar-linux-update-operator", "flatcar-linux-update-agent"], Images = ["flatcar-linux-update-operator"], Annotations = ["flatcar-linux-update.v1.flatcar-linux.net/"], Labels = ["flatcar-linux-update.v1.flatcar-linux.net/"],
        },
        new(FindingCodes.BottlerocketUpdateOperator, FindingLevel.Warning, "Bottlerocket update operator (brupop)", "It updates and reboots Bottlerocket nodes in waves of its own.",
            "Let one of both do it: remove the label bottlerocket.aws/updater-interface-version from nodes that Imago upgrades, or leave its pools on channel None.")
        {
            Names = ["brupop-agent", "brupop-controller-deployment"], Images = ["bottlerocket-update-operator"], Labels = ["bottlerocket.aws/updater-interface-version"],
        },
        new(FindingCodes.MachineConfigOperator, FindingLevel.Warning, "OpenShift's machine config operator", "It owns the operating system of its nodes, reboots them itself and undoes foreign changes.",
            "Leave its pools on channel None; Imago then only observes and explains.")
        {
            Names = ["machine-config-daemon"], Annotations = ["machineconfiguration.openshift.io/currentConfig"],
        },
        new(FindingCodes.AksUpgradesToo, FindingLevel.Warning, "AKS", "These are nodes of Azure Kubernetes Service, whose own node OS channel upgrades them, too.",
            "Switch Azure's off before Imago's is on: az aks update --node-os-upgrade-channel None. A cluster in Azure that is not AKS may carry the same labels.")
        {
            Labels = ["kubernetes.azure.com/cluster"], OnlyWithProviderId = "azure://",
        },
        new(FindingCodes.GkeUpgradesToo, FindingLevel.Warning, "GKE", "These are nodes of Google Kubernetes Engine, which upgrades node pools by itself unless told not to.",
            "Switch auto-upgrade of the node pools off, or give Google and Imago windows that do not meet, or leave the pools on channel None.")
        {
            Labels = ["cloud.google.com/gke-nodepool"],
        },
        new(FindingCodes.EksUpgradesToo, FindingLevel.Note, "EKS managed node groups", "These nodes belong to groups that Amazon's own update replaces when somebody starts it; EKS Auto Mode does so by itself.",
            "Do not start group updates during Imago's windows; leave nodes of Auto Mode on channel None.")
        {
            Labels = ["eks.amazonaws.com/nodegroup", "eks.amazonaws.com/compute-type"],
        },
    ];

    public static IEnumerable<Finding> Of(ClusterFacts cluster)
    {
        foreach (var updater in Known)
        {
            if (updater.SeenIn(cluster) is { Count: > 0 } signs)
            {
                yield return new Finding(updater.Code, updater.Level, updater.Title, $"{updater.Does} Seen: {string.Join("; ", signs)}.", updater.Remedy);
            }
        }

        if (cluster.InPlace && cluster.Nodes.All(n => n.Node.Agent is not null))
        {
            // Their agents see it, and say so.
            yield break;
        }

        yield return new Finding(
            FindingCodes.UpdatesInsideNodes, FindingLevel.Note, "unattended-upgrades and the like",
            "What nodes do to themselves cannot be seen from outside: timers of apt, dnf or zypper, transactional-update, cloud agents.",
            "On pools with channel NodeImage or SecurityPatch see that the image switches them off; on Unmanaged they are what you want.");
    }

    /// <summary>Somebody who updates nodes, and how to know it.</summary>
    private sealed record Updater(string Code, FindingLevel Level, string Title, string Does, string Remedy)
    {
        /// <summary>Names of DaemonSets and Deployments.</summary>
        public string[] Names { get; init; } = [];

        /// <summary>Parts of the names of container images.</summary>
        public string[] Images { get; init; } = [];

        /// <summary>Beginnings of node labels.</summary>
        public string[] Labels { get; init; } = [];

        /// <summary>Beginnings of node annotations.</summary>
        public string[] Annotations { get; init; } = [];

        /// <summary>Keys of node taints.</summary>
        public string[] Taints { get; init; } = [];

        /// <summary>What the provider id of a node begins with whose labels count; null: any.</summary>
        public string? OnlyWithProviderId { get; init; }

        public List<string> SeenIn(ClusterFacts cluster)
        {
            List<string> signs = [];
            Add("", cluster.Workloads.Where(IsIts).Select(w => w.ToString()));
            if (Code == FindingCodes.SystemUpgradeController)
            {
                Add("plans ", cluster.UpgradePlans);
            }

            var nodes = cluster.Nodes.Where(n => OnlyWithProviderId is null || n.ProviderId?.StartsWith(OnlyWithProviderId, StringComparison.OrdinalIgnoreCase) == true).ToList();
            Add("labels of nodes ", nodes.Where(n => n.Facts.Labels.Keys.Any(k => StartsWithOneOf(k, Labels))).Select(n => n.Name));
            Add("annotations of nodes ", nodes.Where(n => n.Annotations.Keys.Any(k => StartsWithOneOf(k, Annotations))).Select(n => n.Name));
            Add("taints of nodes ", nodes.Where(n => n.Taints.Any(Taints.Contains)).Select(n => n.Name));
            return signs;

            void Add(string what, IEnumerable<string> names)
            {
                if (ClusterChecks.Names(names) is { Length: > 0 } some)
                {
                    signs.Add($"{what}{some}");
                }
            }
        }

        private bool IsIts(SeenWorkload workload) => Names.Contains(workload.Key.Name, StringComparer.Ordinal)
            || (workload.Labels.GetValueOrDefault("app.kubernetes.io/name") is { } name && Names.Contains(name, StringComparer.Ordinal))
            || workload.Images.Any(i => Images.Any(part => Repository(i).EndsWith(part, StringComparison.Ordinal)));

        // `ghcr.io/kubereboot/kured:1.17.0@sha256:…` without tag and digest.
        private static string Repository(string image)
        {
            var end = image.IndexOf('@', StringComparison.Ordinal) is >= 0 and var digest ? digest : image.Length;
            return image.LastIndexOf(':', end - 1, end) is >= 0 and var tag && tag > image.LastIndexOf('/', end - 1, end) ? image[..tag] : image[..end];
        }

        private static bool StartsWithOneOf(string key, string[] beginnings) => Array.Exists(beginnings, b => key.StartsWith(b, StringComparison.Ordinal));
    }
}

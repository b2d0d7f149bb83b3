using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Serving.Tables;

/// <summary>Volumes and claims.</summary>
internal static class VolumeTables
{
    private static readonly TableColumn Mode = new("VolumeMode", "volumeMode defines if a volume is a formatted filesystem or a raw block device.", IsWide: true);
    private static readonly TableColumn AttributesClass = new("VolumeAttributesClass", "Name of the VolumeAttributesClass, which modifies the volume.");

    public static TablePrinter Volumes { get; } = new(
        [
            TableColumn.ObjectName,
            new("Capacity", "capacity is the description of the persistent volume's resources and capacity."),
            new("Access Modes", "accessModes contains all ways the volume can be mounted."),
            new("Reclaim Policy", "persistentVolumeReclaimPolicy defines what happens to a persistent volume when released from its claim."),
            new("Status", "phase indicates if a volume is available, bound to a claim, or released by a claim."),
            new("Claim", "claimRef is part of a bi-directional binding between PersistentVolume and PersistentVolumeClaim."),
            new("StorageClass", "storageClassName is the name of StorageClass to which this persistent volume belongs."),
            AttributesClass,
            new("Reason", "reason is a brief CamelCase string that describes any failure."),
            TableColumn.Age,
            Mode,
        ],
        (o, now) =>
        [
            o.Name(), o.Text("spec", "capacity", "storage"), Modes(o.At("spec", "accessModes")), o.Text("spec", "persistentVolumeReclaimPolicy"), Going(o, o.Text("status", "phase")),
            o.At("spec", "claimRef") is { } claim ? $"{claim.Text("namespace")}/{claim.Text("name")}" : "", o.Text("spec", "storageClassName"), Unset(o), o.Text("status", "reason"), o.Age(now),
            VolumeMode(o),
        ]);

    public static TablePrinter Claims { get; } = new(
        [
            TableColumn.ObjectName,
            new("Status", "phase represents the current phase of PersistentVolumeClaim."),
            new("Volume", "volumeName is the binding reference to the PersistentVolume backing this claim."),
            new("Capacity", "capacity represents the actual resources of the underlying volume."),
            new("Access Modes", "accessModes contains the actual access modes the volume backing the PVC has."),
            new("StorageClass", "storageClassName is the name of the StorageClass required by the claim."),
            AttributesClass,
            TableColumn.Age,
            Mode,
        ],
        (o, now) =>
        [
            o.Name(), Going(o, o.Text("status", "phase")), o.Text("spec", "volumeName"), o.Text("status", "capacity", "storage"), Modes(o.At("status", "accessModes")),
            o.Text("spec", "storageClassName"), Unset(o), o.Age(now), VolumeMode(o),
        ]);

    private static string Going(JsonObject item, string phase) => item.At("metadata", "deletionTimestamp") is null ? phase : "Terminating";

    private static string Unset(JsonObject item) => item.Text("spec", "volumeAttributesClassName") is { Length: > 0 } name ? name : "<unset>";

    private static string VolumeMode(JsonObject item) => item.Text("spec", "volumeMode") is { Length: > 0 } mode ? mode : "<unset>";

    private static string Modes(JsonNode? modes) => string.Join(',', modes.Items().Select(m => m.Text() switch
    {
        "ReadWriteOnce" => "RWO",
        "ReadOnlyMany" => "ROX",
        "ReadWriteMany" => "RWX",
        "ReadWriteOncePod" => "RWOP",
        var other => other,
    }));
}

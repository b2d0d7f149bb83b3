using System.Text.Json.Nodes;
using Imago.Application.Attachments;

namespace Imago.Api.Attachments;

/// <summary>An inspection as it is answered.</summary>
internal static class InspectionDocument
{
    public static JsonObject Of(Inspection inspection) => new()
    {
        ["server"] = inspection.Server,
        ["kubernetesVersion"] = inspection.KubernetesVersion,
        ["pools"] = new JsonArray([.. inspection.Pools.Select(Pool)]),
        ["findings"] = new JsonArray([.. inspection.Findings.Select(Finding)]),
    };

    private static JsonObject Pool(InspectedPool pool) => new()
    {
        ["name"] = pool.Name,
        ["foundBy"] = pool.FoundBy,
        ["nodes"] = pool.Nodes,
        ["mode"] = pool.Mode,
        ["osType"] = pool.OsType,
        ["osSku"] = pool.OsSku,
        ["architecture"] = pool.Architecture,
        ["image"] = pool.Image,
        ["kubelet"] = pool.Kubelet,
        ["zones"] = new JsonArray([.. pool.Zones.IsDefault ? [] : pool.Zones.Select(z => (JsonNode)z)]),
        ["autoProvisioned"] = pool.AutoProvisioned,
    };

    private static JsonObject Finding(Finding finding) => new()
    {
        ["code"] = finding.Code,
        ["level"] = finding.Level.ToString(),
        ["subject"] = finding.Subject,
        ["message"] = finding.Message,
        ["remedy"] = finding.Remedy,
    };
}

using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Api.Tests.Admission.Kit;
using Imago.Contracts.Errors;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Documents;

/// <summary>
/// A folder per case. <c>NN-cluster@VERSION.json</c>, <c>NN-pool-NAME@VERSION.json</c> and <c>NN-maintenance-NAME@VERSION.json</c> are written in order; what is answered,
/// what is stored and how several api-versions read it is compared with the other files. IMAGO_UPDATE_GOLDENS=1 writes them anew.
/// </summary>
public sealed class WireGoldenTests
{
    private static readonly bool Updating = string.Equals(Environment.GetEnvironmentVariable("IMAGO_UPDATE_GOLDENS"), "1", StringComparison.Ordinal);

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Readers = ["2022-11-02-preview", "2023-06-01", "2024-05-01", "2025-03-01", "2026-03-02-preview", "2026-04-01"];

    public static TheoryData<string> Cases => [.. Directory.GetDirectories(Folder()).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    [Trait("Rule", "EV-86")]
    [Trait("Rule", "AZ-61")]
    public void Wire_CaseByCase_IsAsRecorded(string name)
    {
        var folder = Path.Combine(Folder(), name);
        var made = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var cluster = new WrittenCluster();
        foreach (var step in Directory.GetFiles(folder, "??-*@*.json").Where(f => !f.EndsWith(".answer.json", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            made[Path.GetFileNameWithoutExtension(step) + ".answer.json"] = Text(Write(cluster, step));
        }

        foreach (var version in Readers.Where(_ => cluster.Resources.Length > 0))
        {
            made[$"read@{version}.json"] = Text(cluster.Get(version));
        }

        made["stored.json"] = Text(new JsonObject(cluster.Resources.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r =>
            KeyValuePair.Create(r.Key[cluster.Id.Key.Length..], JsonNode.Parse(r.Document)))));
        foreach (var (file, text) in made)
        {
            var path = Path.Combine(folder, file);
            if (Updating)
            {
                File.WriteAllText(path, text);
            }

            File.Exists(path).ShouldBeTrue($"{name}/{file} is missing. IMAGO_UPDATE_GOLDENS=1 writes it.");
            text.ShouldBe(File.ReadAllText(path), $"{name}/{file} changed. If it was meant to: IMAGO_UPDATE_GOLDENS=1, and review the change.");
        }
    }

    private static JsonObject Write(WrittenCluster cluster, string step)
    {
        var file = Path.GetFileNameWithoutExtension(step);
        var version = file[(file.IndexOf('@', StringComparison.Ordinal) + 1)..];
        var parts = file[..file.IndexOf('@', StringComparison.Ordinal)].Split('-', 3);
        var body = WrittenCluster.Parse(File.ReadAllText(step));
        ArmError? error;
        switch (parts[1])
        {
            case "cluster":
                error = cluster.Put(body, version);
                return error?.ToBody() ?? cluster.Get(version);
            case "pool":
                error = cluster.PutPool(parts[2], body, version);
                return error?.ToBody() ?? cluster.GetPool(parts[2], version);
            default:
                error = cluster.PutMaintenance(parts[2], body, version);
                return error?.ToBody() ?? cluster.GetMaintenance(parts[2], version);
        }
    }

    private static string Text(JsonObject json) => json.ToJsonString(Readable).ReplaceLineEndings("\n") + "\n";

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Goldens");
}

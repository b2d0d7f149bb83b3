using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Actions;

namespace Imago.ReferenceProvider;

/// <summary>A request as it came, checked.</summary>
internal sealed record Asked(AskedFor Request, string Cluster, long Epoch, bool DryRun);

/// <summary>Reads the body of a request, and says everything that is wrong with it.</summary>
internal static partial class Requests
{
    public const int LargestBody = 64 * 1024;

    private const int LongestText = 1024;

    public static (Asked? Asked, string? Complaint) Read(string id, ReadOnlySpan<byte> body)
    {
        JsonObject? json;
        try
        {
            json = JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException problem)
        {
            return (null, $"the body is not JSON: {problem.Message}");
        }

        if (json is null)
        {
            return (null, "the body is not a JSON object");
        }

        var complaints = new List<string>();
        if (!Id().IsMatch(id))
        {
            complaints.Add("the id may have letters, digits, '.', '_' and '-', 1 to 200 of them");
        }

        var verb = default(ProviderVerb);
        var word = Text("verb", isRequired: true);
        if (word is not null && (!Enum.TryParse(word, out verb) || !Enum.IsDefined(verb) || char.IsDigit(word[0])))
        {
            complaints.Add($"verb '{word}' is not Create, Reimage, Delete or Reboot");
        }

        var (cluster, pool, node, image, level) = (Text("cluster", true), Text("pool", true), Text("node", true), Text("image", false), Text("patchLevel", false));
        if (word is "Create" or "Reimage" && image is null)
        {
            complaints.Add($"image is missing, which {word} needs");
        }

        if (level is not null && !PatchLevel.TryParse(level, out _))
        {
            complaints.Add($"patchLevel '{level}' is not written YYYYMMDDThhmmssZ");
        }

        if (json["epoch"] is not JsonValue number || !number.TryGetValue<long>(out var epoch) || epoch < 0)
        {
            complaints.Add("epoch is not a whole number of 0 or more");
            epoch = 0;
        }

        var dryRun = false;
        if (json["dryRun"] is { } dry && (dry is not JsonValue flag || !flag.TryGetValue(out dryRun)))
        {
            complaints.Add("dryRun is neither true nor false");
        }

        return complaints.Count > 0
            ? (null, string.Join("; ", complaints))
            : (new Asked(new AskedFor(id, verb, pool!, node!, image, level), cluster!, epoch, dryRun), null);

        string? Text(string name, bool isRequired)
        {
            var value = json[name];
            if (value is null && !isRequired)
            {
                return null;
            }

            if (value is JsonValue text && text.TryGetValue<string>(out var found) && found.Length is > 0 and <= LongestText)
            {
                return found;
            }

            complaints.Add(value is null ? $"{name} is missing" : $"{name} is not a text of 1 to {LongestText} characters");
            return null;
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,200}\z", RegexOptions.None, 1000)]
    private static partial Regex Id();
}

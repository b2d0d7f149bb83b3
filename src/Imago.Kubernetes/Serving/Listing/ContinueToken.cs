using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Serving.Answers;

namespace Imago.Kubernetes.Serving.Listing;

/// <summary>Where the next page of a list begins.</summary>
/// <param name="Version">Version of the list.</param>
/// <param name="After">The last object of the page before.</param>
internal readonly record struct ContinueToken(long Version, ObjectKey After)
{
    private const string Form = "meta.k8s.io/v1";

    public override string ToString()
    {
        var start = After.Namespace.Length == 0 ? $"/{After.Name}\0" : $"/{After.Namespace}/{After.Name}\0";
        return Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>(StringComparer.Ordinal) { ["v"] = Form, ["rv"] = Version, ["start"] = start }));
    }

    /// <summary>Reads a token.</summary>
    /// <exception cref="RefusedException">It is no token.</exception>
    public static ContinueToken Parse(string text)
    {
        byte[] bytes;
        try
        {
            bytes = Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            throw Refused("illegal base64 data");
        }

        try
        {
            using var json = JsonDocument.Parse(bytes);
            var token = json.RootElement;
            var words = token.GetProperty("start").GetString()!.TrimEnd('\0').Split('/');
            if (token.GetProperty("v").GetString() != Form || words.Length is < 2 or > 3 || words[0].Length > 0)
            {
                throw Refused($"server does not recognize this encoded version \"{token.GetProperty("v").GetString()}\"");
            }

            return new ContinueToken(token.GetProperty("rv").GetInt64(), words.Length == 2 ? new ObjectKey("", words[1]) : new ObjectKey(words[1], words[2]));
        }
        catch (JsonException)
        {
            throw Refused($"invalid character '{Encoding.Latin1.GetString(bytes.AsSpan(0, 1))}' looking for beginning of value");
        }
        catch (Exception problem) when (problem is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Refused("a part of it is missing");
        }
    }

    private static RefusedException Refused(string problem) => new(StatusDocument.BadRequest($"invalid continue token: continue key is not valid: {problem}"));
}

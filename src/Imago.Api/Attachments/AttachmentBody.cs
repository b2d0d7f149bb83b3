using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Api.Documents;
using Imago.Api.Extensions;
using Imago.Api.Pipeline;
using Imago.Application.Attachments;
using Imago.Contracts.Errors;
using Imago.Contracts.Resources;
using Imago.Contracts.Schemas;
using Imago.Domain.Clusters.Pools;

namespace Imago.Api.Attachments;

/// <summary>What a request says about reaching a cluster.</summary>
/// <param name="Attachment">The attachment.</param>
/// <param name="Location">The region in canonical form; null: none was named.</param>
internal sealed record AttachmentBody(Attachment Attachment, string? Location)
{
    // The names that stand for nodes that are left alone.
    private static readonly ImmutableArray<string> TakenNames = [PoolRules.ControlPlane, PoolRules.Virtual, PoolRules.NotChosen];

    /// <summary>The body, or everything that is wrong with it. No message quotes a secret.</summary>
    /// <param name="request">The request.</param>
    /// <param name="clusterKey">The cluster that is, or is going to be, attached.</param>
    /// <param name="kept">The stored attachment, whose secrets stay where the request leaves them out; null: there is none.</param>
    /// <param name="rules">Judge the kubeconfig.</param>
    public static (AttachmentBody? Body, ImmutableArray<ArmError> Problems) Read(ApiRequest request, string clusterKey, Attachment? kept, IKubeconfigRules rules)
    {
        var (body, read) = ExtensionSchemas.Read(ExtensionSchemas.Attachment, request);
        var problems = read.Select(WithoutQuote).ToList();
        var kubeconfig = body.Text("kubeconfig") ?? (problems.Exists(p => p.Target is "kubeconfig") ? null : kept?.Kubeconfig);
        var context = body.Text("context");
        if (kubeconfig is null)
        {
            if (!problems.Exists(p => p.Target is "kubeconfig"))
            {
                Wrong("kubeconfig", "'kubeconfig' is required: the kubeconfig by which the server reaches the cluster, as text.");
            }
        }
        else
        {
            problems.AddRange(rules.Check(kubeconfig, context).Select(p => new ArmError(ErrorCodes.InvalidParameter, p.Message, p.Path.Length == 0 ? "kubeconfig" : Paths.Join("kubeconfig", p.Path))));
        }

        var location = body.Text("location") is { } place ? ResourceNames.Location(place) : null;
        if (body.Text("location") is { } given && location is null)
        {
            problems.Add(new ArmError(ErrorCodes.InvalidResourceLocation, $"'{Problems.Quoted(given)}' is not a location: letters, digits and hyphens.", "location"));
        }

        var pools = Pools(body, Wrong);
        var provider = Provider(body, kept?.Provider, Wrong);
        return problems.Count > 0 ? (null, [.. problems]) : (new AttachmentBody(new Attachment(clusterKey, kubeconfig!, context, pools, provider), location), []);

        void Wrong(string at, string message) => problems.Add(new ArmError(ErrorCodes.InvalidParameter, message, at));
    }

    // What the schema reader says of a wrong value may show it.
    private static ArmError WithoutQuote(ArmError problem) => problem.Target switch
    {
        "kubeconfig" => problem with { Message = "'kubeconfig' is not a text of at most 256 KiB. Send the kubeconfig as one text, without certificates that are not needed." },
        "provider.token" => problem with { Message = "'provider.token' is not a text of at most 16 KiB. Send the bearer token alone." },
        _ => problem,
    };

    private static ImmutableArray<PoolSelector> Pools(JsonObject body, Action<string, string> wrong)
    {
        var pools = ImmutableArray.CreateBuilder<PoolSelector>();
        foreach (var (item, index) in (body["pools"] as JsonArray ?? []).Select((p, i) => (p as JsonObject ?? [], i)))
        {
            var at = $"pools[{index}]";
            Unknown(item, at, ["name", "selector"], wrong);
            var name = item.Text("name") ?? "";
            if (!IsName(name))
            {
                wrong($"{at}.name", $"'{Problems.Quoted(name)}' is not a name for a pool: 1 to 63 letters, digits, hyphens, underscores and periods, beginning and ending with a letter or digit.");
            }
            else if (TakenNames.Contains(name, StringComparer.OrdinalIgnoreCase) || pools.Any(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                wrong($"{at}.name", $"'{name}' is taken: by another pool of the request, or for nodes that are left alone ({string.Join(", ", TakenNames)}). Choose another name.");
            }

            if (!LabelSelectorText.TryRead(item.Text("selector"), out _, out var problem))
            {
                wrong($"{at}.selector", problem);
            }

            pools.Add(new PoolSelector(name, item.Text("selector") ?? ""));
        }

        return pools.ToImmutable();
    }

    private static ProviderAccess? Provider(JsonObject body, ProviderAccess? kept, Action<string, string> wrong)
    {
        if (body["provider"] is not JsonObject provider)
        {
            return null;
        }

        Unknown(provider, "provider", ["kind", "endpoint", "token", "authorityPem"], wrong);
        if (provider.Text("kind") is null)
        {
            wrong("provider.kind", $"'provider.kind' is required. Allowed are {ProviderKinds.Words}.");
        }

        if (provider.Text("kind") is ProviderKinds.InPlace)
        {
            foreach (var field in provider.Select(p => p.Key).Where(k => k is "endpoint" or "token" or "authorityPem" && provider[k] is not null))
            {
                wrong($"provider.{field}", $"'provider.{field}' does not go with kind '{ProviderKinds.InPlace}': agents on the nodes have no address, orders are written on the nodes. Leave it out, or choose kind '{ProviderKinds.External}'.");
            }

            return new ProviderAccess(ProviderKinds.InPlace, null, null, null);
        }

        // A bearer token is sent there: over plain http only to this very machine.
        var sound = Uri.TryCreate(provider.Text("endpoint"), UriKind.Absolute, out var endpoint) && endpoint.UserInfo.Length == 0
            && (endpoint.Scheme == Uri.UriSchemeHttps || (endpoint.Scheme == Uri.UriSchemeHttp && endpoint.IsLoopback));
        if (!sound)
        {
            wrong("provider.endpoint", "'provider.endpoint' has to be an https address without user name and password, such as https://nodes.example.com/imago; http is allowed on loopback.");
            return null;
        }

        // A stored token is for the address it was given for, and is sent to no other.
        var token = provider.Text("token") ?? (kept is not null && kept.Endpoint == endpoint ? kept.Token : null);
        return new ProviderAccess(provider.Text("kind") ?? "", endpoint!, token, provider.Text("authorityPem"));
    }

    private static void Unknown(JsonObject item, string at, string[] known, Action<string, string> wrong)
    {
        foreach (var (name, _) in item.Where(p => !known.Contains(p.Key, StringComparer.Ordinal)))
        {
            wrong($"{at}.{Problems.Quoted(name)}", $"'{Problems.Quoted(name)}' is not known here. Known are {string.Join(", ", known.Select(k => $"'{k}'"))}.");
        }
    }

    private static bool IsName(string text) => text.Length is > 0 and <= 63 && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}

using System.Collections.Immutable;
using Imago.Application.Twins;
using Imago.Kubernetes.Serving.Answers;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving.Listing;

/// <summary>The resource versions that lists and watches ask for.</summary>
internal static class Versions
{
    /// <summary>0: any version will do.</summary>
    public static long Parse(string? text)
    {
        if (text is null)
        {
            return 0;
        }

        return long.TryParse(text, out var version) && version >= 0
            ? version
            : throw new RefusedException(StatusDocument.BadRequest($"Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax"));
    }

    /// <summary>Refuses what does not go together.</summary>
    public static void Check(string? version, string? match, string? next, string? initialEvents, bool isWatch)
    {
        var problem = (match, initialEvents) switch
        {
            (not null, _) when next is not null => "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided",
            (not null, null) when isWatch => "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
            (not null, null) when version is null => "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
            (not (null or "Exact" or "NotOlderThan"), _) => $"resourceVersionMatch: Unsupported value: \"{match}\": supported values: \"Exact\", \"NotOlderThan\"",
            ("Exact", null) when version is "0" => "resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"",
            (_, not null) when !isWatch => "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list",
            (not "NotOlderThan", not null) => "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
            _ => null,
        };
        if (problem is not null)
        {
            throw new RefusedException(new StatusDocument(StatusCodes.Status422UnprocessableEntity, "Invalid", $"ListOptions.meta.k8s.io \"\" is invalid: {problem}")
            {
                Group = "meta.k8s.io",
                Kind = "ListOptions",
                Causes = [new TwinCause("FieldValueForbidden", problem[(problem.IndexOf(':', StringComparison.Ordinal) + 2)..], problem[..problem.IndexOf(':', StringComparison.Ordinal)])],
            });
        }
    }

    public static RefusedException TooLarge(long asked, long current) =>
        new(new StatusDocument(StatusCodes.Status504GatewayTimeout, "Timeout", $"Too large resource version: {asked}, current: {current}")
        {
            Causes = ImmutableArray.Create(new TwinCause("ResourceVersionTooLarge", "Too large resource version", null)),
            RetryAfter = 1,
        });
}

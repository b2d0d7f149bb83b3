using Imago.Kubernetes.Serving.Answers;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving.Requests;

/// <summary>The query of a request, as the API reads it.</summary>
internal static class QueryValues
{
    /// <summary>The value; null: not given, or empty.</summary>
    public static string? Text(this IQueryCollection query, string name) => query[name] is { Count: > 0 } values && values[0] is { Length: > 0 } text ? text : null;

    /// <summary>Whether it is given, and neither false nor 0.</summary>
    public static bool Flag(this IQueryCollection query, string name) =>
        query.TryGetValue(name, out var values) && !(values.Count > 0 && values[0] is { } text && (text == "0" || text.Equals("false", StringComparison.OrdinalIgnoreCase)));

    /// <summary>A whole number that is not negative; null: not given.</summary>
    public static long? Number(this IQueryCollection query, string name)
    {
        if (query.Text(name) is not { } text)
        {
            return null;
        }

        return long.TryParse(text, out var number) && number >= 0
            ? number
            : throw new RefusedException(StatusDocument.BadRequest($"strconv.ParseUint: parsing \"{text}\": invalid syntax"));
    }

    /// <summary>Whether to answer only: the one word that is allowed is <c>All</c>.</summary>
    public static bool IsDryRun(this IQueryCollection query)
    {
        foreach (var value in query["dryRun"])
        {
            if (value is { Length: > 0 } and not "All")
            {
                throw new RefusedException(StatusDocument.BadRequest($"dryRun: Unsupported value: \"{value}\": supported values: \"All\""));
            }
        }

        return query["dryRun"].Contains("All");
    }
}

using System.Globalization;
using System.Text.RegularExpressions;
using Imago.Application.Storage;
using NodaTime;

namespace Imago.Api.Activities;

/// <summary>
/// Reads the <c>$filter</c> of the activity log: comparisons joined by <c>and</c>. Only those that Azure's clients send are understood (AZ-28); anything else is
/// refused rather than ignored, so that nobody takes a part of the log for all of it.
/// </summary>
internal static partial class ActivityFilter
{
    private const string Allowed =
        "Allowed are: eventTimestamp ge <time>, eventTimestamp le <time>, resourceId eq '<id>', resourceGroupName eq '<name>', correlationId eq '<guid>', joined by 'and'. "
        + "A time is ISO 8601, UTC if it has no zone.";

    /// <summary>The query with what the filter asks for, or what is wrong with it.</summary>
    public static (ActivityQuery? Query, string? Wrong) Read(string filter, ActivityQuery query)
    {
        var at = 0;
        while (true)
        {
            var found = Comparison().Match(filter, at);
            if (!found.Success || found.Index != at)
            {
                return (null, $"The $filter cannot be read from character {at + 1} on. {Allowed}");
            }

            var (next, wrong) = With(query, found.Groups["field"].Value, found.Groups["operator"].Value, Value(found));
            if (next is null)
            {
                return (null, wrong);
            }

            query = next;
            at = found.Index + found.Length;
            if (at == filter.Length)
            {
                return (query, null);
            }

            var and = And().Match(filter, at);
            if (!and.Success || and.Index != at)
            {
                return (null, $"The $filter cannot be read from character {at + 1} on. {Allowed}");
            }

            at += and.Length;
        }
    }

    private static (ActivityQuery? Query, string? Wrong) With(ActivityQuery query, string field, string comparison, string value)
    {
        if (value.Any(char.IsControl))
        {
            return (null, $"The $filter compares {field} with a value that has control characters. {Allowed}");
        }

        switch (field.ToLowerInvariant(), comparison.ToLowerInvariant())
        {
            case ("eventtimestamp", "ge" or "le"):
                if (ReadTime(value) is not { } time)
                {
                    return (null, $"The $filter compares eventTimestamp with '{Pipeline.Problems.Quoted(value)}', which is no time. {Allowed}");
                }

                return (comparison.Equals("ge", StringComparison.OrdinalIgnoreCase) ? query with { From = time } : query with { To = time }, null);

            // resourceUri is what older clients call it.
            case ("resourceid" or "resourceuri", "eq"):
                return (query with { ResourceId = value.TrimEnd('/') }, null);
            case ("resourcegroupname", "eq"):
                return (query with { ResourceGroup = value }, null);
            case ("correlationid", "eq"):
                return (query with { CorrelationId = value }, null);
            default:
                return (null, $"The $filter has '{Pipeline.Problems.Quoted(field)} {comparison}', which is not supported. {Allowed}");
        }
    }

    private static Instant? ReadTime(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? Instant.FromDateTimeOffset(time)
            : null;

    // OData doubles a quote inside quotes.
    private static string Value(Match found) =>
        found.Groups["quoted"] is { Success: true } quoted ? quoted.Value.Replace("''", "'", StringComparison.Ordinal) : found.Groups["bare"].Value;

    [GeneratedRegex(@"\s*(?<field>\w+)\s+(?<operator>\w+)\s+('(?<quoted>([^']|'')*)'|(?<bare>[^\s']+))\s*", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Comparison();

    [GeneratedRegex(@"and\s+", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex And();
}

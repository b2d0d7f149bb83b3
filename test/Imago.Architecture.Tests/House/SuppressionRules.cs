using System.Text.RegularExpressions;

namespace Imago.Architecture.Tests.House;

/// <summary>Analyzer rules that .editorconfig switches off: a comment directly above each, or above the run of them it stands in, says why.</summary>
internal static partial class SuppressionRules
{
    public static IEnumerable<string> WithoutReason(IReadOnlyList<string> editorConfig)
    {
        for (var i = 0; i < editorConfig.Count; i++)
        {
            if (!SwitchedOff().IsMatch(editorConfig[i]))
            {
                continue;
            }

            var above = i - 1;
            while (above >= 0 && SwitchedOff().IsMatch(editorConfig[above]))
            {
                above--;
            }

            if (above < 0 || !Reason().IsMatch(editorConfig[above]))
            {
                yield return $".editorconfig:{i + 1} {editorConfig[i].Trim()}: no comment above says why.";
            }
        }
    }

    [GeneratedRegex(@"^\s*dotnet_(diagnostic|analyzer_diagnostic)\S*\.severity\s*=\s*(none|silent|suggestion)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SwitchedOff();

    [GeneratedRegex(@"^\s*[#;]\s*\S+\s+\S+", RegexOptions.None, 1000)]
    private static partial Regex Reason();
}

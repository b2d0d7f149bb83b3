using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;
using Imago.Domain.Maintenance;
using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>
/// Reads world settings from JSON: <c>timing</c> with any duration of the timing model by its name in camel case, <c>spread</c> and <c>factor</c> (which
/// multiplies every duration), and <c>badImages</c>, <c>spareNodes</c>, <c>capacityCode</c>, <c>reimageReplacesNode</c>. What is absent keeps its default.
/// </summary>
public static class WorldFile
{
    private static readonly (string Name, Func<TimingModel, Duration, TimingModel> Set)[] Durations =
    [
        ("surgeProvision", (t, d) => t with { SurgeProvision = d }),
        ("reimage", (t, d) => t with { Reimage = d }),
        ("nodeBoot", (t, d) => t with { NodeBoot = d }),
        ("nodeReboot", (t, d) => t with { NodeReboot = d }),
        ("nodeDelete", (t, d) => t with { NodeDelete = d }),
        ("volumeDetach", (t, d) => t with { VolumeDetach = d }),
        ("agentPoll", (t, d) => t with { AgentPoll = d }),
        ("livePatch", (t, d) => t with { LivePatch = d }),
        ("podStop", (t, d) => t with { PodStop = d }),
        ("podStart", (t, d) => t with { PodStart = d }),
        ("daemonPodStart", (t, d) => t with { DaemonPodStart = d }),
        ("controllerReaction", (t, d) => t with { ControllerReaction = d }),
        ("schedulerReaction", (t, d) => t with { SchedulerReaction = d }),
        ("budgetReaction", (t, d) => t with { BudgetReaction = d }),
        ("notReadyEviction", (t, d) => t with { NotReadyEviction = d }),
    ];

    /// <summary>The settings, or all problems of the file, each with its path.</summary>
    public static (WorldSettings? Value, ImmutableArray<Problem> Problems) Read(ReadOnlyMemory<byte> utf8)
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();
        if (!Utf8.IsValid(utf8.Span))
        {
            return (null, [new Problem("", "The world file is not UTF-8 text. Save it as UTF-8.")]);
        }

        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return (null, [new Problem("", $"A world file is a JSON object, found {document.RootElement.ValueKind}.")]);
            }

            var settings = ReadSettings(document.RootElement, problems);
            return problems.Count == 0 ? (settings, []) : (null, problems.ToImmutable());
        }
        catch (JsonException problem)
        {
            return (null, [new Problem("", $"The world file is not JSON: {problem.Message}")]);
        }
        catch (InvalidOperationException)
        {
            // What the parser lets pass and reading a text refuses: escapes such as "\ud800".
            return (null, [new Problem("", "The world file holds an escape that is only half a character, such as '\\ud800'. Write the character itself.")]);
        }
    }

    private static WorldSettings ReadSettings(JsonElement root, ImmutableArray<Problem>.Builder problems)
    {
        var settings = new WorldSettings();
        foreach (var property in root.EnumerateObject())
        {
            switch (property.Name)
            {
                case "timing":
                    settings = settings with { Timing = ReadTiming(property.Value, problems) };
                    break;
                case "badImages" when property.Value.ValueKind == JsonValueKind.Array && property.Value.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String):
                    settings = settings with { BadImages = property.Value.EnumerateArray().Select(e => e.GetString()!).ToImmutableHashSet(StringComparer.Ordinal) };
                    break;
                case "spareNodes" when property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out var spare) && spare >= 0:
                    settings = settings with { SpareNodes = spare };
                    break;
                case "capacityCode" when property.Value.ValueKind == JsonValueKind.String:
                    settings = settings with { CapacityCode = property.Value.GetString()! };
                    break;
                case "reimageReplacesNode" when property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    settings = settings with { ReimageReplacesNode = property.Value.GetBoolean() };
                    break;
                case "badImages":
                    problems.Add(new(property.Name, "A list of image names is expected."));
                    break;
                case "spareNodes":
                    problems.Add(new(property.Name, $"{property.Value.GetRawText()} is not a whole number from 0 on."));
                    break;
                case "capacityCode":
                    problems.Add(new(property.Name, "An error code in quotes is expected."));
                    break;
                case "reimageReplacesNode":
                    problems.Add(new(property.Name, "true or false is expected."));
                    break;
                default:
                    problems.Add(new(property.Name, "This setting is not known. Known are timing, badImages, spareNodes, capacityCode and reimageReplacesNode."));
                    break;
            }
        }

        return settings;
    }

    private static TimingModel ReadTiming(JsonElement element, ImmutableArray<Problem>.Builder problems)
    {
        var timing = new TimingModel();
        if (element.ValueKind != JsonValueKind.Object)
        {
            problems.Add(new("timing", "An object is expected: names of durations with values such as \"90s\"."));
            return timing;
        }

        var factor = 1.0;
        var longest = Duration.Zero;
        foreach (var property in element.EnumerateObject())
        {
            var path = $"timing.{property.Name}";
            if (property.Name is "spread" or "factor")
            {
                if (property.Value.ValueKind != JsonValueKind.Number || !property.Value.TryGetDouble(out var number)
                    || (property.Name is "spread" ? number is < 0 or >= 1 : number is <= 0 or > 1000))
                {
                    problems.Add(new(path, property.Name is "spread" ? "A number from 0 up to, not including, 1 is expected." : "A number above 0, at most 1000, is expected."));
                }
                else if (property.Name is "spread")
                {
                    timing = timing with { Spread = number };
                }
                else
                {
                    factor = number;
                }

                continue;
            }

            var at = Array.FindIndex(Durations, d => string.Equals(d.Name, property.Name, StringComparison.Ordinal));
            if (at < 0)
            {
                problems.Add(new(path, $"This duration is not known. Known are {string.Join(", ", Durations.Select(d => d.Name))}, and spread and factor."));
            }
            else if (property.Value.ValueKind != JsonValueKind.String || !DurationText.TryParse(property.Value.GetString(), out var duration))
            {
                problems.Add(new(path, $"{property.Value.GetRawText()} is not a duration. Write {DurationText.Allowed}, in quotes."));
            }
            else
            {
                timing = Durations[at].Set(timing, duration);
                longest = Duration.Max(longest, duration);
            }
        }

        if (longest.TotalDays * factor > DurationText.Longest.TotalDays)
        {
            // The calendar has an end, and a product beyond it has no meaning.
            problems.Add(new("timing.factor", "This factor makes a duration longer than 10000d. Lower one of them."));
            return timing;
        }

        return timing.Times(factor);
    }
}

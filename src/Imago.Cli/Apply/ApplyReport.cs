using System.Text.Json.Nodes;
using Imago.Cli.Json;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;
using Spectre.Console;

namespace Imago.Cli.Apply;

/// <summary>What is to be done, and what was done.</summary>
internal static class ApplyReport
{
    private const string Nothing = "-";

    /// <summary>Resource by resource what differs, in colours where there are any.</summary>
    public static void Plan(Terminal terminal, IEnumerable<PlannedChange> plan)
    {
        foreach (var planned in plan)
        {
            var (sign, colour, words) = planned.Change switch
            {
                Change.Create => ("+", Color.Green, "new"),
                Change.Update => ("~", Color.Yellow, CountText.Of(planned.Differences.Count, "difference")),
                _ => ("=", Color.Grey, "unchanged"),
            };
            Paint(terminal, $"{sign} {planned.Resource.Address.Label}: {words}", colour);
            foreach (var difference in planned.Differences)
            {
                if (planned.Change == Change.Create)
                {
                    foreach (var (path, value) in Leaves(difference.Path, difference.To))
                    {
                        Paint(terminal, $"  + {path}: {value}", Color.Green);
                    }

                    continue;
                }

                Paint(terminal, $"  - {difference.Path}: {Short(difference.From)}", Color.Red);
                Paint(terminal, $"  + {difference.Path}: {Short(difference.To)}", Color.Green);
            }
        }
    }

    /// <summary>How it ended, in a line; and each failure.</summary>
    public static async Task EndAsync(Terminal terminal, IReadOnlyList<PlannedChange> done)
    {
        foreach (var failed in done.Where(d => d.Outcome == Outcome.Failed))
        {
            await terminal.Error.WriteLineAsync($"imago: {failed.Resource.Address.Label}: {failed.Error}");
        }

        var counts = new (int Count, string Words)[]
        {
            (done.Count(d => d is { Outcome: Outcome.Applied, Change: Change.Create }), "created"),
            (done.Count(d => d is { Outcome: Outcome.Applied, Change: Change.Update }), "updated"),
            (done.Count(d => d.Change == Change.Unchanged && d.Outcome == Outcome.None), "unchanged"),
            (done.Count(d => d.Outcome == Outcome.Failed), "failed"),
            (done.Count(d => d.Outcome == Outcome.Skipped), "skipped"),
        };
        await terminal.Out.WriteLineAsync($"{string.Join(", ", counts.Where(c => c.Count > 0).Select(c => $"{c.Count} {c.Words}"))}.");
    }

    /// <summary>The same for programs. Names are stable: they are an interface, described in docs/commands/apply.md.</summary>
    public static string Json(IEnumerable<PlannedChange> changes, bool dryRun) => AnswerJson.Document(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("dryRun", dryRun);
        json.WriteObjects("resources", changes, (writer, planned) =>
        {
            writer.WriteString("id", planned.Resource.Address.Path);
            writer.WriteString("change", planned.Change.ToString());
            writer.WriteString("outcome", planned.Outcome.ToString());
            writer.WriteString("error", planned.Error);
            writer.WriteObjects("differences", planned.Differences, (inner, difference) =>
            {
                inner.WriteString("path", difference.Path);
                Value("from", difference.From);
                Value("to", difference.To);

                void Value(string name, JsonNode? value)
                {
                    inner.WritePropertyName(name);
                    if (value is null)
                    {
                        inner.WriteNullValue();
                    }
                    else
                    {
                        value.WriteTo(inner);
                    }
                }
            });
        });
        json.WriteEndObject();
    });

    // A new document is shown value by value; on one line nobody would read it.
    private static IEnumerable<(string Path, string Value)> Leaves(string path, JsonNode? value) => value switch
    {
        JsonObject { Count: > 0 } members => members.SelectMany(m => Leaves($"{path}.{m.Key}", m.Value)),
        JsonArray { Count: > 0 } list when list.All(e => e is JsonObject) => list.Index().SelectMany(e => Leaves($"{path}[{e.Item.Text("name") ?? $"{e.Index}"}]", e.Item)),
        _ => [(path, Short(value))],
    };

    private static string Short(JsonNode? value) => value is null ? Nothing : AnswerJson.Line(json => value.WriteTo(json));

    private static void Paint(Terminal terminal, string line, Color colour)
    {
        if (terminal.IsInteractive)
        {
            terminal.Console.Write(new Text(line + "\n", new Style(colour)));
        }
        else
        {
            terminal.Out.WriteLine(line);
        }
    }
}

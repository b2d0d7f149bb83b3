using System.Globalization;
using System.Text;
using System.Text.Json;
using Imago.Simulation.Tests.Forecasts;
using Imago.Simulation.Tracing;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Tests.Docs;

/// <summary>What the documents say of the world is what it does.</summary>
public sealed class DocumentedTests
{
    [Fact]
    public void TimingModel_EveryDuration_IsInTheTableWithItsDefaultAndInTheWorldFile()
    {
        var page = Page("concepts/timing-model.md");
        var durations = typeof(TimingModel).GetProperties().Where(p => p.PropertyType == typeof(Duration)).ToList();
        durations.Count.ShouldBe(15);
        foreach (var property in durations)
        {
            var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            var seconds = ((Duration)property.GetValue(new TimingModel())!).TotalSeconds;
            page.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"| `{name}` | {seconds} s |"));

            var (settings, problems) = WorldFile.Read(Encoding.UTF8.GetBytes($$"""{"timing":{"{{name}}":"7s","factor":3} }"""));
            problems.ShouldBeEmpty();
            property.GetValue(settings!.Timing).ShouldBe(Duration.FromSeconds(21), name);
        }
    }

    [Fact]
    public void Trace_EveryKind_IsDescribed()
    {
        var page = Page("trace.md");
        foreach (var kind in Enum.GetNames<TraceKind>())
        {
            page.ShouldContain($"`{kind}`");
        }
    }

    [Fact]
    public void Trace_EveryFieldOfARun_IsDescribed()
    {
        var page = Page("trace.md");
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var line in Some.Traced(Some.Request(Some.RandomCluster(new Seed(3)), Some.Surge(1), Some.Daily(1))).Lines)
        {
            using var document = JsonDocument.Parse(line);
            Collect(document.RootElement, names);
        }

        names.Count.ShouldBeGreaterThan(25);
        names.ShouldContain("state");
        foreach (var name in names)
        {
            page.ShouldContain($"`{name}`");
        }
    }

    private static void Collect(JsonElement element, SortedSet<string> names)
    {
        foreach (var property in element.EnumerateObject())
        {
            names.Add(property.Name);
            if (property.Value.ValueKind == JsonValueKind.Object)
            {
                Collect(property.Value, names);
            }
        }
    }

    private static string Page(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Imago.slnx")))
        {
            folder = folder.Parent!;
        }

        return File.ReadAllText(Path.Combine(folder.FullName, "docs", name));
    }
}

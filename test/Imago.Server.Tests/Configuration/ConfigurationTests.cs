using Imago.Server.Configuration;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Server.Tests.Configuration;

public sealed class ConfigurationTests
{
    private static readonly Dictionary<string, string> Nothing = new(StringComparer.Ordinal);

    [Fact]
    public void Read_Nothing_GivesTheDefaults()
    {
        var options = Read(null).Options!;

        options.Listen.ShouldBe([new Uri("https://127.0.0.1:8443")]);
        options.Limits.BodyBytes.ShouldBe(4 * 1024 * 1024);
        options.Retention.ShouldBe(Duration.FromDays(90));
        options.Database.ShouldBeNull();
        options.AnonymousMetrics.ShouldBeFalse();
    }

    [Fact]
    public void Read_AllSources_TheCommandLineIsStrongest()
    {
        var options = Read(
            """{ "limits": { "jsonDepth": 10, "bodyBytes": 2048 }, "history": { "retention": "10d" } /* kept short */ }""",
            new(StringComparer.Ordinal) { ["IMAGO_SERVER_LIMITS_JSON_DEPTH"] = "20", ["IMAGO_SERVER_HISTORY_RETENTION"] = "20d", ["HOME"] = "/home/me" },
            new(StringComparer.Ordinal) { ["history.retention"] = "30d" }).Options!;

        options.Limits.BodyBytes.ShouldBe(2048);
        options.Limits.JsonDepth.ShouldBe(20);
        options.Retention.ShouldBe(Duration.FromDays(30));
    }

    [Fact]
    public void Read_SeveralThingsWrong_SaysAllOfThemWithKeyValueAndWhatIsAllowed()
    {
        var problems = Read(
            """{ "listen": "http://127.0.0.1:80", "limits": { "bodyByte": 1 }, "api": { "retryAfter": "5 parsecs" }, "log": { "level": null } }""",
            new(StringComparer.Ordinal) { ["IMAGO_SERVER_LISTN"] = "x" },
            new(StringComparer.Ordinal) { ["certificate.file"] = "a.crt" }).Problems;

        problems.Length.ShouldBe(6);
        problems.ShouldContain("listen (imago.json): 'http://127.0.0.1:80' is not allowed. Allowed: https addresses with an IP address or localhost, separated by commas.");
        problems.ShouldContain("limits.bodyByte (imago.json): there is no such setting. Did you mean 'limits.bodyBytes'?");
        problems.ShouldContain(p => p.StartsWith("api.retryAfter (imago.json): '5 parsecs' is not allowed.", StringComparison.Ordinal));
        problems.ShouldContain(p => p.StartsWith("log.level (imago.json): null is not allowed.", StringComparison.Ordinal));
        problems.ShouldContain("IMAGO_SERVER_LISTN (the environment): there is no such setting. Did you mean 'IMAGO_SERVER_LISTEN'?");
        problems.ShouldContain("certificate.file and certificate.keyFile belong together: give both or neither.");
    }

    [Fact]
    public void Read_ConnectionStringThatIsNotAllowed_IsNotRepeated() =>
        Read("""{ "database": " " }""").Problems.ShouldHaveSingleItem().ShouldBe("database (imago.json): the value is not allowed. Allowed: a PostgreSQL connection string, Host=…;Database=…;Username=…;Password=….");

    [Theory]
    [InlineData("[1]", "must hold one JSON object")]
    [InlineData("{", "is not JSON")]
    public void Read_FileThatIsNoObject_IsRefused(string text, string said) => Read(text).Problems.ShouldHaveSingleItem().ShouldContain(said);

    [Theory]
    [InlineData("listen", "https://0.0.0.0:443,https://[::1]:8443", true)]
    [InlineData("listen", "https://127.0.0.1:1/path", false)]
    [InlineData("listen", "https://localhost:8443", true)]
    [InlineData("listen", "https://imago.example.com:8443", false)]
    [InlineData("publicAddress", "http://imago.example.com", false)]
    [InlineData("publicAddress", "https://user:secret@imago.example.com", false)]
    [InlineData("names", "imago.example.com, 10.0.0.1", true)]
    [InlineData("names", "not a name", false)]
    [InlineData("simulation.timeScale", "0.5", false)]
    [InlineData("simulation.timeScale", "20", true)]
    [InlineData("identity.tokenLifetime", "2h", true)]
    [InlineData("identity.tokenLifetime", "2d", false)]
    [InlineData("log.format", "json", true)]
    [InlineData("log.level", "7", false)]
    [InlineData("metrics.anonymous", "yes", false)]
    [InlineData("telemetry.protocol", "httpprotobuf", true)]
    [InlineData("telemetry.protocol", "HttpJson", false)]
    [InlineData("limits.failedSignInsPerMinute", "0", false)]
    public void Read_Value_IsTakenOrRefused(string key, string value, bool allowed) =>
        Read(null, Nothing, new(StringComparer.Ordinal) { [key] = value }).Problems.IsEmpty.ShouldBe(allowed);

    [Fact]
    public void Settings_Everyone_HasAVariableAndStandsInTheDocumentation()
    {
        var page = File.ReadAllText(Path.Join(RepositoryRoot(), "docs/server/configuration.md"));

        SettingCatalog.All.Select(s => s.Variable).Distinct(StringComparer.Ordinal).Count().ShouldBe(SettingCatalog.All.Length);
        SettingCatalog.All.Where(s => !page.Contains($"`{s.Key}`", StringComparison.Ordinal)).Select(s => s.Key).ShouldBeEmpty();
        SettingCatalog.All.Single(s => s.Key == "limits.bodyBytes").Variable.ShouldBe("IMAGO_SERVER_LIMITS_BODY_BYTES");
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Join(folder, "Imago.slnx")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }

    private static ConfigurationResult Read(string? file, Dictionary<string, string>? environment = null, Dictionary<string, string>? flags = null) =>
        ConfigurationReader.Read(new ConfigurationSources(file is null ? null : ("imago.json", file), environment ?? Nothing, flags ?? Nothing));
}

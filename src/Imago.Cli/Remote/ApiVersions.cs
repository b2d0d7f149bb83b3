namespace Imago.Cli.Remote;

/// <summary>The api-versions that the command line speaks.</summary>
internal static class ApiVersions
{
    public const string ContainerService = "2026-04-01";

    public const string Resources = "2024-11-01";

    public const string Subscriptions = "2022-12-01";

    public const string Metadata = "2022-09-01";

    public const string ActivityLog = "2015-04-01";

    /// <summary>Of what Imago adds to ARM.</summary>
    public const string Imago = "2026-11-01";
}

namespace Imago.Api.Providers;

/// <summary>The namespaces of what is served.</summary>
internal static class ProviderNames
{
    public const string ContainerService = "Microsoft.ContainerService";
    public const string Features = "Microsoft.Features";
    public const string Insights = "Microsoft.Insights";
    public const string Resources = "Microsoft.Resources";
    public const string Imago = "Imago";

    public static string[] All { get; } = [ContainerService, Features, Insights, Resources, Imago];

    /// <summary>The namespace in canonical case, or null.</summary>
    public static string? Find(string name) => Array.Find(All, n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
}

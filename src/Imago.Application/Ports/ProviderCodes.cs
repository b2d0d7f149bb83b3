namespace Imago.Application.Ports;

/// <summary>Codes of the provider protocol itself, beside the capacity errors that the domain knows.</summary>
public static class ProviderCodes
{
    /// <summary>The request carried a lower epoch than one seen before; nothing was begun.</summary>
    public const string StaleEpoch = "StaleEpoch";

    /// <summary>The node to reimage does not exist.</summary>
    public const string NodeNotFound = "NodeNotFound";

    /// <summary>The cluster was attached without a provider: nobody makes or reimages its nodes.</summary>
    public const string NoProvider = "NoProvider";
}

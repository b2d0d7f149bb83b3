namespace Imago.Application.Ports;

/// <summary>Codes of the provider protocol itself, beside the capacity errors that the domain knows.</summary>
public static class ProviderCodes
{
    /// <summary>The request carried a lower epoch than one seen before; nothing was begun.</summary>
    public const string StaleEpoch = "StaleEpoch";

    /// <summary>The node to reimage does not exist.</summary>
    public const string NodeNotFound = "NodeNotFound";

    /// <summary>A machine that is patched in place is neither made nor deleted (UP-31).</summary>
    public const string NotInPlace = "NotInPlace";

    /// <summary>The image of the request names no moment of the package archives.</summary>
    public const string NothingToOrder = "NothingToOrder";

    /// <summary>The cluster was attached without a provider: nobody makes or reimages its nodes.</summary>
    public const string NoProvider = "NoProvider";
}

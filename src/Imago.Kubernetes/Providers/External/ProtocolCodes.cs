namespace Imago.Kubernetes.Providers.External;

/// <summary>Codes of problems that the protocol itself knows, beside those of <see cref="Application.Ports.ProviderCodes"/>. Others are passed on as they come.</summary>
public static class ProtocolCodes
{
    /// <summary>404: an operation of that id was never begun. Without it a 404 says nothing: a wrong address answers the same.</summary>
    public const string OperationNotFound = "OperationNotFound";

    /// <summary>409: an operation of that id was begun with another body.</summary>
    public const string OperationMismatch = "OperationMismatch";

    /// <summary>400: the body is not a request.</summary>
    public const string InvalidRequest = "InvalidRequest";
}

namespace Imago.Contracts.Errors;

/// <summary>Codes of errors, as ARM and its services spell them.</summary>
public static class ErrorCodes
{
    /// <summary>A value is not allowed (400).</summary>
    public const string InvalidParameter = "InvalidParameter";

    /// <summary>The body is no JSON document of the right form (400).</summary>
    public const string InvalidRequestContent = "InvalidRequestContent";

    /// <summary>Several things are wrong, each of its own kind; see the details (400).</summary>
    public const string MultipleErrorsOccurred = "MultipleErrorsOccurred";

    /// <summary>EV-86: a property is newer than the api-version of the request (400).</summary>
    public const string PropertyNeedsNewerApiVersion = "PropertyNeedsNewerApiVersion";

    /// <summary>A property cannot be changed once it is set (400).</summary>
    public const string PropertyChangeNotAllowed = "PropertyChangeNotAllowed";

    /// <summary>A name is not allowed (400).</summary>
    public const string InvalidResourceName = "InvalidResourceName";

    /// <summary>An id is malformed (400).</summary>
    public const string InvalidResourceId = "InvalidResourceId";

    /// <summary>A location is not known or differs from the stored one (400, 409).</summary>
    public const string InvalidResourceLocation = "InvalidResourceLocation";

    /// <summary>A preview feature is not registered (400).</summary>
    public const string FeatureNotRegistered = "FeatureNotRegistered";

    /// <summary>A Kubernetes version is not offered (400).</summary>
    public const string K8sVersionNotSupported = "K8sVersionNotSupported";

    /// <summary>Something valid that this server does not do (400).</summary>
    public const string NotSupported = "NotSupported";

    /// <summary>More than a limit allows (400).</summary>
    public const string QuotaExceeded = "QuotaExceeded";

    /// <summary>The node disruption policy forbids it (400).</summary>
    public const string NodeDisruptionNotAllowed = "NodeDisruptionNotAllowed";

    /// <summary>The api-version is missing (400).</summary>
    public const string MissingApiVersionParameter = "MissingApiVersionParameter";

    /// <summary>The api-version is malformed (400).</summary>
    public const string InvalidApiVersionParameter = "InvalidApiVersionParameter";

    /// <summary>The api-version is not served for the type (400).</summary>
    public const string NoRegisteredProviderFound = "NoRegisteredProviderFound";

    /// <summary>The type does not exist (404).</summary>
    public const string InvalidResourceType = "InvalidResourceType";

    /// <summary>The resource does not exist (404).</summary>
    public const string ResourceNotFound = "ResourceNotFound";

    /// <summary>The resource group does not exist (404).</summary>
    public const string ResourceGroupNotFound = "ResourceGroupNotFound";

    /// <summary>The subscription does not exist (404).</summary>
    public const string SubscriptionNotFound = "SubscriptionNotFound";

    /// <summary>Something else does not exist (404).</summary>
    public const string NotFound = "NotFound";

    /// <summary>UP-62: not now, or not in this state (409).</summary>
    public const string OperationNotAllowed = "OperationNotAllowed";

    /// <summary>Somebody else changed it at the same time (409).</summary>
    public const string Conflict = "Conflict";

    /// <summary>EV-84: If-Match or If-None-Match do not hold (412).</summary>
    public const string PreconditionFailed = "PreconditionFailed";

    /// <summary>The body is too large (413).</summary>
    public const string RequestEntityTooLarge = "RequestEntityTooLarge";

    /// <summary>The body is of another media type (415).</summary>
    public const string UnsupportedMediaType = "UnsupportedMediaType";

    /// <summary>The method does not exist here (405).</summary>
    public const string HttpMethodNotAllowed = "HttpMethodNotAllowed";

    /// <summary>There is no token (401).</summary>
    public const string AuthenticationFailed = "AuthenticationFailed";

    /// <summary>The token is not valid (401).</summary>
    public const string InvalidAuthenticationToken = "InvalidAuthenticationToken";

    /// <summary>The caller may not do it (403).</summary>
    public const string AuthorizationFailed = "AuthorizationFailed";

    /// <summary>Too many requests (429).</summary>
    public const string TooManyRequests = "TooManyRequests";

    /// <summary>A bug of ours (500).</summary>
    public const string InternalServerError = "InternalServerError";

    /// <summary>Something we need does not answer (503).</summary>
    public const string ServiceUnavailable = "ServiceUnavailable";
}

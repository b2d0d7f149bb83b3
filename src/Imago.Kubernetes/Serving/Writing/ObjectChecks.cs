using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Kinds;
using Imago.Kubernetes.Serving.Requests;
using Imago.Kubernetes.Serving.Tables;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving.Writing;

/// <summary>Whether a document is what its path says it is.</summary>
internal static class ObjectChecks
{
    public static void Check(JsonObject document, ObjectTarget target)
    {
        var kind = target.Kind;
        CheckType(document, kind.Kind.ApiVersion, kind.Kind.Version, kind.Name);
        if (document["metadata"] is not (null or JsonObject))
        {
            throw new RefusedException(StatusDocument.BadRequest($"{kind.Name} in version \"{kind.Kind.Version}\" cannot be handled as a {kind.Name}: metadata is not an object"));
        }

        var metadata = document["metadata"] as JsonObject;
        if (metadata is null)
        {
            document["metadata"] = metadata = [];
        }

        CheckNamespace(metadata, target);
        CheckName(metadata, target);
    }

    /// <summary>A replacement of what must be known exactly says which version it replaces.</summary>
    public static void CheckVersion(JsonObject document, ServedKind kind)
    {
        if (kind.NeedsVersion && document.Text("metadata", "resourceVersion").Length == 0)
        {
            throw new RefusedException(StatusDocument.Invalid(
                kind with { Name = kind.Kind.Plural }, document.Name(), "metadata.resourceVersion", "Invalid value: 0: must be specified for an update"));
        }
    }

    private static void CheckType(JsonObject document, string apiVersion, string version, string name)
    {
        var (saidVersion, saidKind) = (document.Text("apiVersion"), document.Text("kind"));
        if (saidVersion.Length > 0 && saidVersion != apiVersion)
        {
            throw new RefusedException(StatusDocument.BadRequest($"the API version in the data ({saidVersion}) does not match the expected API version ({apiVersion})"));
        }

        if (saidKind.Length > 0 && saidKind != name)
        {
            throw new RefusedException(StatusDocument.BadRequest($"{saidKind} in version \"{version}\" cannot be handled as a {name}: converting ({saidKind}) to ({name}): unknown conversion"));
        }

        document["apiVersion"] = apiVersion;
        document["kind"] = name;
    }

    private static void CheckNamespace(JsonObject metadata, ObjectTarget target)
    {
        var said = metadata.Text("namespace");
        if (target.Namespace is { } space)
        {
            if (said.Length > 0 && said != space)
            {
                throw new RefusedException(StatusDocument.BadRequest($"the namespace of the provided object does not match the namespace sent on the request"));
            }

            metadata["namespace"] = space;
        }
        else if (target.Kind.Namespaced)
        {
            throw new RefusedException(new StatusDocument(StatusCodes.Status405MethodNotAllowed, "MethodNotAllowed", "the server does not allow this method on the requested resource") { HasDetails = true });
        }
        else if (said.Length > 0)
        {
            throw new RefusedException(StatusDocument.BadRequest("namespace is not allowed on this type"));
        }
    }

    private static void CheckName(JsonObject metadata, ObjectTarget target)
    {
        if (target.Name is not { } name)
        {
            return;
        }

        var said = metadata.Text("name");
        if (said != name)
        {
            throw new RefusedException(StatusDocument.BadRequest(
                said.Length == 0 ? "name must be provided" : $"the name of the object ({said}) does not match the name on the URL ({name})"));
        }
    }
}

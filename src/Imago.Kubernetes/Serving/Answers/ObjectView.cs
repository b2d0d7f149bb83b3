using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving.Kinds;
using Imago.Kubernetes.Serving.Requests;
using Imago.Kubernetes.Serving.Tables;

namespace Imago.Kubernetes.Serving.Answers;

/// <summary>Objects of a kind in the form that a client asked for.</summary>
internal sealed class ObjectView
{
    private const string MetaVersion = "meta.k8s.io/v1";

    private readonly ServedKind _kind;
    private readonly AnswerForm _form;
    private readonly string _include;
    private readonly DateTimeOffset _now;
    private readonly TablePrinter _printer;

    private ObjectView(ServedKind kind, AnswerForm form, string include, DateTimeOffset now)
    {
        (_kind, _form, _include, _now, _printer) = (kind, form, include, now, TablePrinter.Of(kind.Kind.Plural));
    }

    public static ObjectView Of(TwinRequest request, ServedKind kind, TimeProvider clock)
    {
        var include = request.Query.Text("includeObject") ?? "Metadata";
        return include is "Metadata" or "Object" or "None"
            ? new ObjectView(kind, AcceptedForm.Of(request.Http.Request), include, clock.GetUtcNow())
            : throw new RefusedException(StatusDocument.BadRequest($"unrecognized includeObject value: \"{include}\""));
    }

    /// <summary>At a later instant: ages grow while a watch lasts.</summary>
    public ObjectView At(DateTimeOffset now) => new(_kind, _form, _include, now);

    /// <summary>One object, as the whole answer.</summary>
    /// <param name="document">The object.</param>
    /// <param name="withColumns">Whether a table says what its columns are; in a watch only the first does.</param>
    public JsonObject One(JsonObject document, bool withColumns = true)
    {
        if (_form is not AnswerForm.Table)
        {
            return _form is AnswerForm.Metadata ? MetadataOf(document) : document;
        }

        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = MetaVersion,
            ["metadata"] = new JsonObject { ["resourceVersion"] = document.Text("metadata", "resourceVersion") },
            ["columnDefinitions"] = withColumns ? Columns() : null,
            ["rows"] = new JsonArray(Row(document)),
        };
    }

    /// <summary>An object that says no more than a version: how far a watch has come.</summary>
    public JsonObject Bookmark(long version, bool endsInitialEvents)
    {
        var metadata = new JsonObject { ["resourceVersion"] = version.ToString() };
        if (endsInitialEvents)
        {
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        }

        return _form switch
        {
            AnswerForm.Table => new JsonObject { ["kind"] = "Table", ["apiVersion"] = MetaVersion, ["metadata"] = metadata, ["columnDefinitions"] = null, ["rows"] = new JsonArray() },
            AnswerForm.Metadata => new JsonObject { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = MetaVersion, ["metadata"] = metadata },
            _ => new JsonObject { ["kind"] = _kind.Name, ["apiVersion"] = _kind.Kind.ApiVersion, ["metadata"] = metadata },
        };
    }

    /// <summary>What stands before the items of a list.</summary>
    public void Begin(Utf8JsonWriter writer, JsonObject metadata)
    {
        var (kind, version, items) = _form switch
        {
            AnswerForm.Table => ("Table", MetaVersion, "rows"),
            AnswerForm.Metadata => ("PartialObjectMetadataList", MetaVersion, "items"),
            _ => (_kind.ListName, _kind.Kind.ApiVersion, "items"),
        };
        writer.WriteStartObject();
        writer.WriteString("kind", kind);
        writer.WriteString("apiVersion", version);
        writer.WritePropertyName("metadata");
        JsonForm.Write(writer, metadata);
        if (_form is AnswerForm.Table)
        {
            writer.WritePropertyName("columnDefinitions");
            JsonForm.Write(writer, Columns());
        }

        writer.WriteStartArray(items);
    }

    public void Item(Utf8JsonWriter writer, JsonObject document)
    {
        if (_form is AnswerForm.Objects)
        {
            // The list says what its items are.
            document.Remove("kind");
            document.Remove("apiVersion");
        }

        JsonForm.Write(writer, _form switch { AnswerForm.Table => Row(document), AnswerForm.Metadata => MetadataOf(document), _ => document });
    }

    private JsonArray Columns() => new([.. _printer.Columns.Select(c => c.ToJson())]);

    private JsonObject Row(JsonObject document)
    {
        var row = new JsonObject { ["cells"] = _printer.Cells(document, _now) };
        if (_include is not "None")
        {
            row["object"] = _include is "Object" ? document : MetadataOf(document);
        }

        return row;
    }

    private static JsonObject MetadataOf(JsonObject document)
    {
        var metadata = document["metadata"];
        document.Remove("metadata");
        return new JsonObject { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = MetaVersion, ["metadata"] = metadata };
    }
}

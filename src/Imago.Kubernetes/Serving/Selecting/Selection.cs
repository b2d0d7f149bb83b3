using Imago.Application.Twins;
using Imago.Kubernetes.Serving.Requests;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving.Selecting;

/// <summary>Which objects of a kind a list, a watch or a deletion is about.</summary>
internal sealed record Selection(string? Namespace, LabelSelector Labels, FieldSelector Fields)
{
    /// <summary>Whether objects are chosen by what they are like, not only by where they are.</summary>
    public bool HasSelector => !Labels.IsEverything || !Fields.IsEverything;

    public static Selection Of(ObjectTarget target, IQueryCollection query)
    {
        // One object is watched like a list of one.
        var fields = query.Text("fieldSelector");
        if (target.Name is { } name)
        {
            fields = fields is null ? $"metadata.name={name}" : $"{fields},metadata.name={name}";
        }

        return new Selection(target.Namespace, LabelSelector.Parse(query.Text("labelSelector")), FieldSelector.Parse(fields, target.Kind));
    }

    public bool Matches(TwinObject item) =>
        (Namespace is null || item.Key.Namespace == Namespace) && Labels.Matches(item.Labels) && Fields.Matches(item);
}

using System.Text.Json;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;

namespace Imago.Application.NodeOs;

/// <summary>An order as the value of annotation <see cref="NodeAnnotations.Order"/>: JSON that people can read with <c>kubectl describe node</c>.</summary>
/// <remarks>Rules: NM-30, IM-17.</remarks>
public static class OrderText
{
    /// <summary>Writes an order; reading it gives the same order.</summary>
    public static string Write(NodeOrder order) => JsonSerializer.Serialize(
        new OrderWire
        {
            Id = order.Id,
            Mode = NodeOsWords.Of(order.Mode),
            Content = NodeOsWords.Of(order.Content),
            Level = order.Level?.ToString(),
            Image = order.Image,
            Rollback = order.Rollback ? true : null,
            Epoch = order.Epoch,
            GivenAt = NodeOsWords.Of(order.GivenAt),
            NotAfter = NodeOsWords.Of(order.NotAfter),
            Archive = order.Archive is { } archive ? ArchiveText.ToWire(archive) : null,
        },
        NodeOsJson.Default.OrderWire);

    /// <summary>Reads an order.</summary>
    /// <param name="text">The annotation; null: there is none.</param>
    /// <param name="problem">What is wrong with it, as a sentence; null: nothing.</param>
    /// <returns>Null when there is none, or none that can be read: what cannot be read whole is no order.</returns>
    public static NodeOrder? Read(string? text, out string? problem)
    {
        problem = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        try
        {
            var wire = JsonSerializer.Deserialize(text, NodeOsJson.Default.OrderWire);
            PatchLevel? level = PatchLevel.TryParse(wire?.Level, out var parsed) ? parsed : null;
            var notAfter = NodeOsWords.Moment(wire?.NotAfter);
            problem = wire?.Id is not { Length: > 0 } ? "'id' is missing."
                : NodeOsWords.Mode(wire.Mode) is null ? $"'mode' is '{wire.Mode}'; allowed are {NodeOsWords.Modes}."
                : wire.Content is not null && NodeOsWords.Content(wire.Content) is null ? $"'content' is '{wire.Content}'; allowed are {NodeOsWords.Contents}."
                : level is null && (wire.Level is not null || NodeOsWords.Content(wire.Content) != OrderContent.Reboot) ? $"'level' is '{wire.Level}'; write one such as 20261120T000000Z."
                : wire.Image is { } image && !IsLabel(image) ? $"'image' is '{image}'; write what fits into a label, such as ImagoDebian-12-202611.20.0."
                // A limit that is misread would be none.
                : wire.NotAfter is { } until && notAfter is null ? $"'notAfter' is '{until}'; write a moment such as 2026-11-20T04:00:00Z."
                : null;
            var archive = problem is null && wire!.Archive is { } suites ? ArchiveText.FromWire(suites, out problem) : null;
            return problem is not null ? null : new NodeOrder
            {
                Id = wire!.Id!,
                Mode = NodeOsWords.Mode(wire.Mode)!.Value,
                Content = NodeOsWords.Content(wire.Content) ?? OrderContent.Security,
                Level = level,
                Image = wire.Image,
                Rollback = wire.Rollback == true,
                Epoch = wire.Epoch,
                NotAfter = notAfter,
                GivenAt = NodeOsWords.Moment(wire.GivenAt),
                Archive = archive,
            };
        }
        catch (JsonException failure)
        {
            problem = $"It is not JSON of an order: {failure.Message}";
            return null;
        }
    }

    // An agent that cannot write its label could not write its report either, and the node would seem to be silent.
    private static bool IsLabel(string text) => text is { Length: > 0 and <= 63 } && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');
}

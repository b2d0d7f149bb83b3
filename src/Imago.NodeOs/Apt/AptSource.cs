using System.Collections.Immutable;
using Imago.Domain.Images.Archives;

namespace Imago.NodeOs.Apt;

/// <summary>One suite that a plan is made from.</summary>
/// <param name="Pocket">What it is for.</param>
/// <param name="Uri">Address, without a slash at its end.</param>
/// <param name="Suite">Suite by its codename.</param>
/// <param name="Components">Components.</param>
/// <param name="SignedBy">Path of the key ring; null: the machine's trusted keys.</param>
/// <param name="Expected">The edition that has to be found; null: one not later than the level.</param>
/// <param name="Pinned">Whether the address or the order names one edition, whose age then says nothing against it.</param>
internal sealed record AptSource(
    ArchivePocket Pocket, string Uri, string Suite, ImmutableArray<string> Components, string? SignedBy, SuiteState? Expected, bool Pinned)
{
    /// <summary>
    /// As a line of a list. The one-line form, because the main list that <c>Dir::Etc::sourcelist</c> names is read in this form by every apt from 2.0 on. NM-48: the moment
    /// stands in the address and not in <c>-S</c>, which Debian 12 does not know; a pinned edition may be older than its <c>Valid-Until</c>, any other may not.
    /// </summary>
    /// <exception cref="NodeOsException">A part of it is not one plain word, and would be read as something else than that part.</exception>
    public string ToLine()
    {
        if (((string?[])[Uri, Suite, SignedBy, .. Components]).FirstOrDefault(p => p is not null && !IsPlain(p)) is { } wrong)
        {
            throw new NodeOsException(NodeOsReason.ArchiveUnknown, $"'{wrong}' cannot stand in a list of sources. Write addresses, suites, components and paths of keys without blanks and brackets.");
        }

        var options = ((string[])[SignedBy is null ? "" : $"signed-by={SignedBy}", Pinned ? "check-valid-until=no" : ""]).Where(o => o.Length > 0).ToArray();
        return $"deb {(options.Length == 0 ? "" : $"[{string.Join(' ', options)}] ")}{Uri} {Suite} {string.Join(' ', Components)}";
    }

    // Brackets stand around options, but also around addresses of IPv6: not at the beginning.
    private static bool IsPlain(string part) => part.Length > 0 && System.Uri.UnescapeDataString(part).All(c => !char.IsControl(c) && !char.IsWhiteSpace(c) && c is not ('#' or '"'))
        && (part.StartsWith("http", StringComparison.Ordinal) || !part.AsSpan().ContainsAny('[', ']'));
}

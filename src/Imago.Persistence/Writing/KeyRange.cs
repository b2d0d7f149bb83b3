namespace Imago.Persistence.Writing;

/// <summary>
/// Everything below a key: keys that begin with it and a slash. A range of the index, so that nothing has to be escaped as in a LIKE, and another resource
/// whose name merely begins alike (<c>…/rg</c>, <c>…/rg2</c>) is outside.
/// </summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
internal readonly record struct KeyRange(string From, string To)
{
    // '0' follows '/' in the order of code points, which both databases sort by.
    public static KeyRange Below(string key) => key.EndsWith('/') ? new(key, $"{key[..^1]}0") : new($"{key}/", $"{key}0");
}

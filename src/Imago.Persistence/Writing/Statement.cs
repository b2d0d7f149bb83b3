namespace Imago.Persistence.Writing;

/// <summary>One statement of a batch.</summary>
/// <param name="Sql">What both databases understand alike; parameters are <c>$1</c>, <c>$2</c> … in order.</param>
/// <param name="Values">Their values.</param>
/// <param name="Conflict">What stood in the way if it finds or writes no row; null: that is fine.</param>
internal sealed record Statement(string Sql, object?[] Values, string? Conflict);

/// <summary>Everything that a batch does, in order: known before the first statement runs, so that a database that is far away gets them in one go.</summary>
internal sealed class StatementList
{
    private readonly List<Statement> statements = [];

    public IReadOnlyList<Statement> Statements => statements;

    public void Add(string sql, params object?[] values) => statements.Add(new(sql, values, null));

    /// <summary>Adds one that must find or write exactly one row.</summary>
    public void Require(string conflict, string sql, params object?[] values) => statements.Add(new(sql, values, conflict));
}

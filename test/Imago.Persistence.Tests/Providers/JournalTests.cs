using Imago.Persistence.Tests.Kit;
using Imago.Persistence.Tests.Specification;

namespace Imago.Persistence.Tests.Providers;

public sealed class SqliteJournalTests() : JournalSpecification(SqliteDatabase.Create);

public sealed class PostgresJournalTests(PostgresServer server) : JournalSpecification(() => PostgresDatabase.CreateAsync(server));

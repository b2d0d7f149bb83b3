using Imago.Persistence.Tests.Kit;
using Imago.Persistence.Tests.Specification;

namespace Imago.Persistence.Tests.Providers;

public sealed class SqliteHistoryTests() : HistorySpecification(SqliteDatabase.Create);

public sealed class PostgresHistoryTests(PostgresServer server) : HistorySpecification(() => PostgresDatabase.CreateAsync(server));

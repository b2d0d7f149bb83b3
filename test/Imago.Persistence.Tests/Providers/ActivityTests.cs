using Imago.Persistence.Tests.Kit;
using Imago.Persistence.Tests.Specification;

namespace Imago.Persistence.Tests.Providers;

public sealed class SqliteActivityTests() : ActivitySpecification(SqliteDatabase.Create);

public sealed class PostgresActivityTests(PostgresServer server) : ActivitySpecification(() => PostgresDatabase.CreateAsync(server));

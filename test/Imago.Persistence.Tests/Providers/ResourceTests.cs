using Imago.Persistence.Tests.Kit;
using Imago.Persistence.Tests.Specification;

namespace Imago.Persistence.Tests.Providers;

public sealed class SqliteResourceTests() : ResourceSpecification(SqliteDatabase.Create);

public sealed class PostgresResourceTests(PostgresServer server) : ResourceSpecification(() => PostgresDatabase.CreateAsync(server));

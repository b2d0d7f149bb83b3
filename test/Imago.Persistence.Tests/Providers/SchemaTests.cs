using Imago.Persistence.Tests.Kit;
using Imago.Persistence.Tests.Specification;

namespace Imago.Persistence.Tests.Providers;

public sealed class SqliteSchemaTests() : SchemaSpecification(SqliteDatabase.Create);

public sealed class PostgresSchemaTests(PostgresServer server) : SchemaSpecification(() => PostgresDatabase.CreateAsync(server));

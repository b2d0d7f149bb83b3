using Imago.Persistence.Tests.Kit;
using Imago.Persistence.Tests.Specification;

namespace Imago.Persistence.Tests.Providers;

public sealed class SqliteOperationTests() : OperationSpecification(SqliteDatabase.Create);

public sealed class PostgresOperationTests(PostgresServer server) : OperationSpecification(() => PostgresDatabase.CreateAsync(server));

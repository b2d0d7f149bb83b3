using Imago.Persistence.Tests.Kit;
using Imago.Persistence.Tests.Specification;

namespace Imago.Persistence.Tests.Providers;

public sealed class SqliteLeaseTests() : LeaseSpecification(SqliteDatabase.Create);

public sealed class PostgresLeaseTests(PostgresServer server) : LeaseSpecification(() => PostgresDatabase.CreateAsync(server));

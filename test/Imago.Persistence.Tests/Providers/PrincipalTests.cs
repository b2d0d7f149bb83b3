using Imago.Persistence.Tests.Kit;
using Imago.Persistence.Tests.Specification;

namespace Imago.Persistence.Tests.Providers;

public sealed class SqlitePrincipalTests() : PrincipalSpecification(SqliteDatabase.Create);

public sealed class PostgresPrincipalTests(PostgresServer server) : PrincipalSpecification(() => PostgresDatabase.CreateAsync(server));

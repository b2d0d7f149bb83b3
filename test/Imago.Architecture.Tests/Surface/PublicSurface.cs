using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Imago.Architecture.Tests.Surface;

/// <summary>
/// The public surface of an assembly as text: one line per type and member, in ordinal order, so that a change of it reads well in review.
/// What the compiler adds to records is left out.
/// </summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    public static string Of(Assembly assembly)
    {
        var lines = new List<string>();
        foreach (var space in assembly.GetExportedTypes().GroupBy(t => t.Namespace!, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            lines.Add($"namespace {space.Key}");
            foreach (var type in space.OrderBy(TypeNames.Of, StringComparer.Ordinal))
            {
                lines.Add($"  {Header(type)}");
                lines.AddRange(Members(type).Order(StringComparer.Ordinal).Select(m => $"    {m}"));
            }
        }

        return string.Join('\n', lines) + "\n";
    }

    private static string Header(Type type)
    {
        var isRecord = type.GetMethod("<Clone>$") is not null || (type.IsValueType && type.GetMethod("PrintMembers", Declared) is not null);
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? (isRecord ? "record struct" : "struct") : isRecord ? "record" : "class";
        var manner = type.IsEnum || type.IsInterface ? ""
            : type.IsValueType ? (type.IsDefined(typeof(IsReadOnlyAttribute), inherit: false) ? "readonly " : "")
            : type is { IsAbstract: true, IsSealed: true } ? "static "
            : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "";
        var above = type.BaseType is { } parent && parent != typeof(object) && !type.IsValueType ? $" : {TypeNames.Of(parent)}" : "";
        return $"{manner}{kind} {TypeNames.Of(type)}{above}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetValues(type).Cast<object>().Select(v => string.Create(CultureInfo.InvariantCulture, $"{v} = {Convert.ToInt64(v, CultureInfo.InvariantCulture)}"));
        }

        var constructors = type.GetConstructors(Declared).Where(c => IsVisible(c) && !IsMade(c) && !IsCopy(c)).Select(c => $"{Static(c)}new({Parameters(c)})");
        var methods = type.GetMethods(Declared).Where(m => IsVisible(m) && !IsMade(m) && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal)))
            .Select(m => $"{Static(m)}{TypeNames.Of(m.ReturnParameter)} {m.Name}{Generics(m)}({Parameters(m)})");
        var properties = type.GetProperties(Declared).Where(p => p.GetAccessors(nonPublic: true).Any(IsVisible) && !string.Equals(p.Name, "EqualityContract", StringComparison.Ordinal))
            .Select(Property);
        var fields = type.GetFields(Declared).Where(f => f.IsPublic || f.IsFamily)
            .Select(f => $"{(f.IsLiteral ? "const " : f.IsStatic ? "static " : "")}{(f.IsInitOnly ? "readonly " : "")}{TypeNames.Of(f)} {f.Name}");
        return [.. constructors, .. methods, .. properties, .. fields];
    }

    private static string Property(PropertyInfo property)
    {
        var getter = property.GetMethod is { } get && IsVisible(get) ? " get;" : "";
        var setter = property.SetMethod is { } set && IsVisible(set)
            ? set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;"
            : "";
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        var index = property.GetIndexParameters() is { Length: > 0 } parameters ? $"[{string.Join(", ", parameters.Select(TypeNames.Of))}]" : "";
        return $"{required}{Static(property.GetAccessors(nonPublic: true)[0])}{TypeNames.Of(property)} {property.Name}{index} {{{getter}{setter} }}";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p => $"{TypeNames.Of(p)} {p.Name}{Default(p)}"));

    private static string Default(ParameterInfo parameter) => !parameter.HasDefaultValue ? "" : parameter.DefaultValue switch
    {
        null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? " = default" : " = null",
        string text => $" = \"{text}\"",
        bool flag => flag ? " = true" : " = false",
        var value => string.Create(CultureInfo.InvariantCulture, $" = {value}"),
    };

    private static string Generics(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Static(MethodBase method) => method.IsStatic ? "static " : "";

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsMade(MethodBase method) => method.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);

    // The copy constructor of an open record; part of 'record', not of what callers use.
    private static bool IsCopy(ConstructorInfo constructor) => constructor.GetParameters() is [var only] && only.ParameterType == constructor.DeclaringType;
}

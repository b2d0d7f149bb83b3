using System.Reflection;

namespace Imago.Architecture.Tests.Surface;

/// <summary>Types as C# writes them, nullability included.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(char)] = "char",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    /// <summary>The type where it is declared or named: nested types with their outer ones, generic ones with their arguments.</summary>
    public static string Of(Type type) => Write(type, null);

    public static string Of(ParameterInfo parameter)
    {
        var nullability = new NullabilityInfoContext().Create(parameter);
        var type = parameter.ParameterType;
        return type.IsByRef
            ? $"{(parameter.IsOut ? "out" : parameter.IsIn ? "in" : "ref")} {Write(type.GetElementType()!, nullability.ElementType ?? nullability)}"
            : Write(type, nullability);
    }

    public static string Of(PropertyInfo property) => Write(property.PropertyType, new NullabilityInfoContext().Create(property));

    public static string Of(FieldInfo field) => Write(field.FieldType, new NullabilityInfoContext().Create(field));

    private static string Write(Type type, NullabilityInfo? nullability)
    {
        var mark = !type.IsValueType && nullability is { ReadState: NullabilityState.Nullable } or { WriteState: NullabilityState.Nullable, Type.IsValueType: false } ? "?" : "";
        if (type.IsArray)
        {
            return $"{Write(type.GetElementType()!, nullability?.ElementType)}[]{mark}";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return $"{Write(underlying, nullability?.GenericTypeArguments is [var inner] ? inner : null)}?";
        }

        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword + mark;
        }

        if (type.IsGenericParameter)
        {
            return type.Name + mark;
        }

        var outer = type.DeclaringType is { } declaring ? $"{Of(declaring)}." : "";
        if (!type.IsGenericType)
        {
            return $"{outer}{type.Name}{mark}";
        }

        var arguments = type.GetGenericArguments();
        var texts = arguments.Select((a, i) => Write(a, nullability?.GenericTypeArguments is { } known && known.Length == arguments.Length ? known[i] : null)).ToList();
        return type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true
            ? $"({string.Join(", ", texts)})"
            : $"{outer}{type.Name.Split('`')[0]}<{string.Join(", ", texts)}>{mark}";
    }
}

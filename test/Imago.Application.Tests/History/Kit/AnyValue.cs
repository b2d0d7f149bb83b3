using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using NodaTime;

namespace Imago.Application.Tests.History.Kit;

/// <summary>
/// Values of any domain type with every member set to something, so that a member somebody adds later is part of the tests without anybody thinking of it. The same
/// seed gives the same value.
/// </summary>
internal sealed class AnyValue(int seed)
{
    private readonly Random _random = new(seed);

    public T Of<T>() => (T)Of(typeof(T));

    private object Of(Type type) => Leaf(type) ?? Collection(type) ?? (type.IsAbstract ? Of(CaseOf(type)) : Composed(type));

    private object? Leaf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            _ when type == typeof(string) => $"text-{_random.Next(1000)}",
            _ when type == typeof(bool) => _random.Next(2) == 0,
            _ when type == typeof(int) => _random.Next(1, 1000),
            _ when type == typeof(long) => (long)_random.Next(1, 1000),
            _ when type.IsEnum => Enum.GetValues(type).GetValue(_random.Next(Enum.GetValues(type).Length))!,
            _ when type == typeof(Instant) => Instant.FromUnixTimeSeconds(1_780_000_000 + _random.Next(100_000_000)) + Duration.FromNanoseconds(_random.Next(3) * 123L),
            _ when type == typeof(Duration) => Duration.FromSeconds(_random.Next(100_000)) + Duration.FromNanoseconds(_random.Next(2)),
            _ when type == typeof(LocalDate) => new LocalDate(2026, 1, 1).PlusDays(_random.Next(1000)),
            _ when type == typeof(LocalTime) => new LocalTime(_random.Next(24), _random.Next(60)),
            _ when type == typeof(Offset) => Offset.FromHoursAndMinutes(_random.Next(-11, 12), 30),
            _ when type == typeof(PatchLevel) => new PatchLevel(Instant.FromUnixTimeSeconds(1_780_000_000 + _random.Next(100_000_000))),
            _ when type == typeof(IntOrPercent) => new IntOrPercent(_random.Next(1, 100), _random.Next(2) == 0),
            _ when type == typeof(KubernetesVersion) => new KubernetesVersion(1, _random.Next(20, 40), _random.Next(20)),
            _ when type == typeof(ImageFamily) => new ImageFamily("AKSUbuntu-2204gen2containerd"),
            _ when type == typeof(ObjectKey) => new ObjectKey($"ns-{_random.Next(9)}", $"name-{_random.Next(1000)}"),
            _ when type == typeof(NodeImage) => Image(),
            _ when type == typeof(LabelSelector) => _random.Next(4) == 0 ? LabelSelector.Nothing : LabelSelector.Of(Of<ImmutableArray<SelectorRequirement>>()),
            _ when type == typeof(TimeInWeek) => new TimeInWeek((IsoDayOfWeek)_random.Next(1, 8), _random.Next(3) == 0 ? null : [1, 2, 3]),
            _ => null,
        };
    }

    // What the grammar knows, what it does not, and what another prefix made known or unknown.
    private NodeImage Image() => _random.Next(6) switch
    {
        0 => NodeImage.Parse("some other distribution 7"),
        1 => NodeImage.Parse("SELFLinux-v1gen2-202607.18.1", "SELF"),
        2 => NodeImage.Parse("AKSUbuntu-2204gen2containerd-202607.18.1", "SELF"),
        3 => NodeImage.Parse("AKSUbuntu-2204gen2containerd-202607.18.1-2026.07.30"),
        4 => NodeImage.Parse("AKSWindows-2022-containerd-20348.2700.240911"),
        _ => NodeImage.Parse("AKSUbuntu-2204gen2containerd-202607.18.1"),
    };

    private object? Collection(Type type)
    {
        if (!type.IsGenericType)
        {
            return null;
        }

        var kind = type.GetGenericTypeDefinition();
        var items = Enumerable.Range(0, _random.Next(1, 4)).ToList();
        if (kind == typeof(ImmutableArray<>) || kind == typeof(ImmutableSortedSet<>))
        {
            var array = Array.CreateInstance(type.GenericTypeArguments[0], items.Count);
            items.ForEach(i => array.SetValue(Of(type.GenericTypeArguments[0]), i));
            return kind == typeof(ImmutableArray<>)
                ? typeof(ImmutableArray).GetMethods().Single(m => m.Name == nameof(ImmutableArray.Create) && m.GetParameters() is [{ ParameterType.IsArray: true }]).MakeGenericMethod(type.GenericTypeArguments[0]).Invoke(null, [array])
                : ((string[])array).ToImmutableSortedSet(StringComparer.Ordinal);
        }

        if (kind == typeof(ImmutableSortedDictionary<,>) || kind == typeof(ImmutableDictionary<,>))
        {
            var empty = kind == typeof(ImmutableDictionary<,>)
                ? type.GetField("Empty")!.GetValue(null)!
                : typeof(ImmutableSortedDictionary).GetMethods().Single(m => m.Name == "Create" && m.GetParameters() is [{ ParameterType.Name: "IComparer`1" }])
                    .MakeGenericMethod(type.GenericTypeArguments).Invoke(null, [StringComparer.Ordinal])!;
            return items.Aggregate(empty, (map, _) => type.GetMethod("SetItem")!.Invoke(map, [Of(type.GenericTypeArguments[0]), Of(type.GenericTypeArguments[1])])!);
        }

        return type.FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal) ? Activator.CreateInstance(type, [.. type.GenericTypeArguments.Select(Of)]) : null;
    }

    private Type CaseOf(Type type)
    {
        var cases = type.Assembly.GetTypes().Where(t => t.IsSubclassOf(type) && !t.IsAbstract).OrderBy(t => t.Name, StringComparer.Ordinal).ToList();
        return cases[_random.Next(cases.Count)];
    }

    private object Composed(Type type)
    {
        // The constructor with the most parameters; then every member that can be set.
        var constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First();
        var value = constructor.Invoke([.. constructor.GetParameters().Select(p => Of(p.ParameterType))]);
        var given = constructor.GetParameters().Select(p => p.Name!).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var member in type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.SetMethod is { IsPublic: true } && !given.Contains(p.Name)))
        {
            if (IsNullable(member) && _random.Next(4) == 0)
            {
                continue;
            }

            member.SetValue(value, Of(member.PropertyType));
        }

        return value;
    }

    private static bool IsNullable(PropertyInfo member) => new NullabilityInfoContext().Create(member).WriteState == NullabilityState.Nullable;
}

/// <summary>Compares values member by member, whatever their own equality says; names the member that differs.</summary>
internal static class Same
{
    public static string? Difference(object? first, object? second, string path = "")
    {
        if (first is null || second is null || first.GetType() != second.GetType())
        {
            return ReferenceEquals(first, second) ? null : $"{path}: {first ?? "null"} and {second ?? "null"}";
        }

        if (first is string || first.GetType().Namespace is "System" or "NodaTime" || first.GetType().IsEnum)
        {
            return first.Equals(second) ? null : $"{path}: {first} and {second}";
        }

        if (first is IEnumerable one && second is IEnumerable other)
        {
            var (left, right) = (one.Cast<object>().ToList(), other.Cast<object>().ToList());
            return left.Count != right.Count
                ? $"{path}: {left.Count} and {right.Count} items"
                : left.Zip(right).Select((p, i) => Difference(p.First, p.Second, $"{path}[{i}]")).FirstOrDefault(d => d is not null);
        }

        return first.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.GetIndexParameters().Length == 0)
            .Select(p => Difference(p.GetValue(first), p.GetValue(second), $"{path}.{p.Name}")).FirstOrDefault(d => d is not null);
    }
}

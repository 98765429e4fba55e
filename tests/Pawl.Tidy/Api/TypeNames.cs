using System.Reflection;

namespace Pawl.Tidy.Api;

/// <summary>Types as C# writes them, without their namespaces.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
        [typeof(nint)] = "nint",
    };

    /// <summary>The name; with <paramref name="nullability"/>, a ? where null is allowed. A type parameter never shows one.</summary>
    public static string Of(Type type, NullabilityInfo? nullability = null)
    {
        if (type.IsByRef)
        {
            return Of(type.GetElementType()!, nullability);
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return $"{Of(value)}?";
        }

        var name = type switch
        {
            _ when Keywords.TryGetValue(type, out var keyword) => keyword,
            { IsArray: true } => $"{Of(type.GetElementType()!, nullability?.ElementType)}[]",
            { IsGenericParameter: true } => type.Name,
            _ => WithArguments(type, nullability),
        };
        return nullability?.ReadState == NullabilityState.Nullable && !type.IsValueType && !type.IsGenericParameter ? $"{name}?" : name;
    }

    /// <summary>As a declaration: <c>IThing&lt;in T&gt;</c>.</summary>
    public static string Declared(Type type)
    {
        var parameters = type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0).Select(Variance).ToList();
        return WithoutArity(type) + (parameters.Count == 0 ? "" : $"<{string.Join(", ", parameters)}>");
    }

    /// <summary>The <c>where</c> clauses, each with a blank before it; empty when there are none.</summary>
    public static string Constraints(IEnumerable<Type> parameters) => string.Concat(parameters.Select(parameter =>
    {
        var flags = parameter.GenericParameterAttributes;
        var needsValue = flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        var needs = (string?[])
        [
            flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? "class" : null,
            needsValue ? "struct" : null,
            .. parameter.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)).Select(type => Of(type)),
            flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !needsValue ? "new()" : null,
        ];
        var list = string.Join(", ", needs.Where(need => need is not null));
        return list.Length == 0 ? "" : $" where {parameter.Name} : {list}";
    }));

    private static string WithArguments(Type type, NullabilityInfo? nullability)
    {
        var arguments = type.GetGenericArguments();
        var outer = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        var known = nullability?.GenericTypeArguments ?? [];
        var shown = arguments.Select((argument, at) => Of(argument, at < known.Length ? known[at] : null)).Skip(outer);
        var list = string.Join(", ", shown);
        var name = type.DeclaringType is { } declaring ? $"{WithoutArity(declaring)}.{WithoutArity(type)}" : WithoutArity(type);
        return list.Length == 0 ? name : $"{name}<{list}>";
    }

    private static string WithoutArity(Type type) => type.Name.Split('`')[0];

    private static string Variance(Type parameter) =>
        (parameter.GenericParameterAttributes & GenericParameterAttributes.VarianceMask) switch
        {
            GenericParameterAttributes.Covariant => $"out {parameter.Name}",
            GenericParameterAttributes.Contravariant => $"in {parameter.Name}",
            _ => parameter.Name,
        };
}

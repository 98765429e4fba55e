using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Pawl.Tidy.Api;

/// <summary>Prints what a user of an assembly can name: every public type and member, one line each, sorted.</summary>
internal sealed class PublicApi
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly NullabilityInfoContext _nullability = new();
    private readonly StringBuilder _text = new();

    private PublicApi()
    {
    }

    public static string Of(IEnumerable<Type> types)
    {
        var api = new PublicApi();
        var spaces = types.Where(type => !type.IsNested).GroupBy(type => type.Namespace);
        foreach (var space in spaces.OrderBy(space => space.Key, StringComparer.Ordinal))
        {
            api._text.Append(CultureInfo.InvariantCulture, $"namespace {space.Key}\n\n");
            foreach (var type in space.OrderBy(type => type.Name, StringComparer.Ordinal))
            {
                api.Print(type, "");
                api._text.Append('\n');
            }
        }

        return api._text.ToString();
    }

    private void Print(Type type, string indent)
    {
        _text.Append(indent).Append(Obsolete(type)).Append(Header(type)).Append('\n');
        if (IsDelegate(type))
        {
            return;
        }

        foreach (var member in Members(type))
        {
            _text.Append(indent).Append("    ").Append(member).Append('\n');
        }

        foreach (var nested in type
            .GetNestedTypes(All)
            .Where(nested => (nested.IsNestedPublic || (nested.IsNestedFamily && !type.IsSealed)) && !IsGenerated(nested))
            .OrderBy(nested => nested.Name, StringComparer.Ordinal))
        {
            Print(nested, indent + "    ");
        }
    }

    private string Header(Type type)
    {
        var visible = type.IsPublic || type.IsNestedPublic ? "public" : "protected";
        if (IsDelegate(type))
        {
            var call = type.GetMethod("Invoke")!;
            var returned = TypeNames.Of(call.ReturnType, _nullability.Create(call.ReturnParameter));
            return $"{visible} delegate {returned} {TypeNames.Declared(type)}({Parameters(call)}){Own(type)}";
        }

        if (type.IsEnum)
        {
            var number = Enum.GetUnderlyingType(type);
            return $"{visible} enum {TypeNames.Declared(type)}{(number == typeof(int) ? "" : $" : {TypeNames.Of(number)}")}";
        }

        var kind = type switch
        {
            { IsInterface: true } => "interface",
            { IsValueType: true } =>
                (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "") + (IsRecord(type) ? "record struct" : "struct"),
            { IsAbstract: true, IsSealed: true } => "static class",
            _ => (type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + (IsRecord(type) ? "record" : "class"),
        };
        var bases = Bases(type).ToList();
        return $"{visible} {kind} {TypeNames.Declared(type)}{(bases.Count == 0 ? "" : $" : {string.Join(", ", bases)}")}{Own(type)}";

        static string Own(Type type) =>
            TypeNames.Constraints(type.GetGenericArguments().Where(own => own.IsGenericParameter && own.DeclaringType == type));
    }

    private IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{name} = {Enum.Format(type, Enum.Parse(type, name), "d")}");
        }

        return
        [
            .. Sorted(
                type.GetConstructors(All).Where(made => Seen(made) && !made.IsStatic && !IsGenerated(made)),
                made => $"{Obsolete(made)}{Visibility(made)} {type.Name.Split('`')[0]}({Parameters(made)})"),
            .. Sorted(type.GetFields(All).Where(field => field.IsPublic || (field.IsFamily && !type.IsSealed)), Field),
            .. Sorted(type.GetEvents(All).Where(happens => Seen(happens.AddMethod)), Event),
            .. Sorted(type.GetProperties(All).Where(held => Seen(held.GetMethod) || Seen(held.SetMethod)), Property),
            .. Sorted(type.GetMethods(All).Where(method => Seen(method) && !method.IsSpecialName && !IsGenerated(method)), Method),
            .. Sorted(type.GetMethods(All).Where(method => IsOperator(method) && !IsGenerated(method)), Method),
        ];

        static IEnumerable<string> Sorted<T>(IEnumerable<T> members, Func<T, string> print)
            where T : MemberInfo =>
            members
                .Select(member => (member.Name, Line: print(member)))
                .OrderBy(member => member.Name, StringComparer.Ordinal)
                .ThenBy(member => member.Line, StringComparer.Ordinal)
                .Select(member => member.Line);
    }

    private string Field(FieldInfo field)
    {
        var kind = field.IsLiteral ? "const " : (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "");
        var value = field.IsLiteral ? $" = {Value(field.GetRawConstantValue(), field.FieldType)}" : "";
        var type = TypeNames.Of(field.FieldType, _nullability.Create(field));
        return $"{Obsolete(field)}{(field.IsPublic ? "public" : "protected")} {kind}{type} {field.Name}{value}";
    }

    private string Event(EventInfo happens)
    {
        var type = TypeNames.Of(happens.EventHandlerType!, _nullability.Create(happens));
        return $"{Obsolete(happens)}{Modifiers(happens.AddMethod!)}event {type} {happens.Name}";
    }

    private string Property(PropertyInfo property)
    {
        var (get, set) = (property.GetMethod, property.SetMethod);
        var main = Seen(get) ? get! : set!;
        var init = set?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        var index = property.GetIndexParameters() is { Length: > 0 } parameters ? $"this[{Parameters(parameters)}]" : property.Name;
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        var getter = Seen(get) ? "get; " : "";
        var setter = Seen(set) ? $"{(set!.IsFamily && main.IsPublic ? "protected " : "")}{(init ? "init" : "set")}; " : "";
        var type = TypeNames.Of(property.PropertyType, _nullability.Create(property));
        return $"{Obsolete(property)}{Modifiers(main)}{required}{type} {index} {{ {getter}{setter}}}";
    }

    private string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethodDefinition
            ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>"
            : "";
        var name = method.Name switch
        {
            "op_Implicit" => "implicit operator",
            "op_Explicit" => "explicit operator",
            _ when method.IsSpecialName => method.Name.Replace("op_", "operator ", StringComparison.Ordinal),
            _ => method.Name,
        };
        var constraints = method.IsGenericMethodDefinition ? TypeNames.Constraints(method.GetGenericArguments()) : "";
        var returned = TypeNames.Of(method.ReturnType, _nullability.Create(method.ReturnParameter));
        var extends = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return $"{Obsolete(method)}{Modifiers(method)}{returned} {name}{generic}({extends}{Parameters(method)}){constraints}";
    }

    private string Parameters(MethodBase method) => Parameters(method.GetParameters());

    private string Parameters(IEnumerable<ParameterInfo> parameters) => string.Join(", ", parameters.Select(parameter =>
    {
        var how = parameter switch
        {
            { IsOut: true } => "out ",
            { ParameterType.IsByRef: true, IsIn: true } => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) => "params ",
            _ => "",
        };
        var value = parameter.HasDefaultValue ? $" = {Value(parameter.DefaultValue, parameter.ParameterType)}" : "";
        return $"{how}{TypeNames.Of(parameter.ParameterType, _nullability.Create(parameter))} {parameter.Name}{value}";
    }));

    private static string Value(object? value, Type type) => value switch
    {
        null => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
        string text => $"\"{text}\"",
        char letter => $"'{letter}'",
        bool flag => flag ? "true" : "false",
        _ when (Nullable.GetUnderlyingType(type) ?? type) is { IsEnum: true } list => $"{list.Name}.{Enum.ToObject(list, value)}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static IEnumerable<string> Bases(Type type)
    {
        var inherited = type.BaseType;
        if (inherited is not null && inherited != typeof(object) && inherited != typeof(ValueType))
        {
            yield return TypeNames.Of(inherited);
        }

        var all = type.GetInterfaces().Where(face => face.IsVisible).ToList();
        var known = (inherited?.GetInterfaces() ?? []).Concat(all.SelectMany(face => face.GetInterfaces())).ToHashSet();
        var synthesized = IsRecord(type) ? typeof(IEquatable<>).MakeGenericType(type) : null;
        var own = all.Where(face => !known.Contains(face) && face != synthesized).Select(face => TypeNames.Of(face));
        foreach (var face in own.Order(StringComparer.Ordinal))
        {
            yield return face;
        }
    }

    private static string Modifiers(MethodInfo method)
    {
        var type = method.DeclaringType!;
        var overrides = method.GetBaseDefinition().DeclaringType != type;
        var kind = method switch
        {
            { IsStatic: true } => type.IsInterface ? "static abstract " : "static ",
            _ when type.IsInterface => "",
            { IsAbstract: true } => overrides ? "abstract override " : "abstract ",
            { IsVirtual: true } when overrides => "override ",
            { IsVirtual: true, IsFinal: false } when !type.IsSealed => "virtual ",
            _ => "",
        };
        return type.IsInterface ? kind : $"{Visibility(method)} {kind}";
    }

    private static bool Seen(MethodBase? method) =>
        method is not null && (method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType!.IsSealed));

    private static string Visibility(MethodBase method) => method.IsPublic ? "public" : "protected";

    private static string Obsolete(MemberInfo member) =>
        member.IsDefined(typeof(ObsoleteAttribute)) && !IsMarkOfRequiredMembers(member) ? "[Obsolete] " : "";

    // The compiler marks such constructors obsolete, so that older compilers refuse them.
    private static bool IsMarkOfRequiredMembers(MemberInfo member) =>
        member.GetCustomAttributes<CompilerFeatureRequiredAttribute>()
            .Any(feature => feature.FeatureName == CompilerFeatureRequiredAttribute.RequiredMembers);

    private static bool IsOperator(MethodInfo method) => method.IsSpecialName && method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool IsGenerated(MemberInfo member) =>
        member.IsDefined(typeof(CompilerGeneratedAttribute)) || member.Name.Contains('<', StringComparison.Ordinal);

    private static bool IsDelegate(Type type) => type.IsSubclassOf(typeof(Delegate));

    private static bool IsRecord(Type type) =>
        type.GetMethod("PrintMembers", All, [typeof(StringBuilder)]) is { } print && IsGenerated(print);
}

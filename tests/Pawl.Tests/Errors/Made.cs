using System.Data.Common;
using System.Reflection;
using System.Reflection.Emit;

namespace Pawl.Tests.Errors;

/// <summary>Exceptions of libraries that the tests do not carry.</summary>
internal static class Made
{
    /// <summary>An exception of a type with this full name.</summary>
    public static Exception Exception(string name, Type? parent = null)
    {
        var module = AssemblyBuilder.DefineDynamicAssembly(new(name), AssemblyBuilderAccess.Run).DefineDynamicModule(name);
        var type = module.DefineType(name, TypeAttributes.Public, parent ?? typeof(Exception)).CreateType();
        return (Exception)Activator.CreateInstance(type)!;
    }

    /// <summary>An exception of a type derived from one with this full name.</summary>
    public static Exception Derived(string name) => Exception(name + "Derived", Exception(name).GetType());

    public static DbException Database(string? state, bool transient = false, string message = "no") =>
        new Answer(message, state, transient);

    private sealed class Answer(string message, string? state, bool transient) : DbException(message)
    {
        public override string? SqlState => state;

        public override bool IsTransient => transient;
    }
}

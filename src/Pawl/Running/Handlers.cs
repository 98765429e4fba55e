using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace Pawl.Running;

/// <summary>Which type is run by what.</summary>
internal sealed class Handlers
{
    private readonly FrozenDictionary<string, (JobType Type, HandlerCall Call)> _byName;

    public Handlers(IEnumerable<(JobType Type, HandlerRegistration Registration)> registered, IServiceScopeFactory scopes)
    {
        _byName = registered
            .Where(each => each.Registration.Call is not null)
            .ToFrozenDictionary(
                each => each.Type.Name, each => (each.Type, each.Registration.Call!(each.Type, scopes)), StringComparer.Ordinal);
        Types = [.. _byName.Values.Select(each => each.Type).OrderBy(type => type.Name, StringComparer.Ordinal)];
    }

    /// <summary>The types this program has a handler for, by name.</summary>
    public IReadOnlyList<JobType> Types { get; }

    public bool TryFind(string name, [NotNullWhen(true)] out JobType? type, [NotNullWhen(true)] out HandlerCall? call)
    {
        var known = _byName.TryGetValue(name, out var found);
        (type, call) = known ? found : default;
        return known;
    }
}

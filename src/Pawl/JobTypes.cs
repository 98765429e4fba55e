using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Pawl;

/// <summary>The job types this program knows. A singleton from dependency injection.</summary>
public sealed class JobTypes
{
    private readonly FrozenDictionary<string, JobType> _byName;
    private readonly FrozenDictionary<Type, JobType> _byPayload;

    internal JobTypes(IEnumerable<JobType> types)
    {
        var (byName, byPayload) = (new Dictionary<string, JobType>(StringComparer.Ordinal), new Dictionary<Type, JobType>());
        foreach (var type in types)
        {
            if (!byName.TryAdd(type.Name, type))
            {
                throw new PawlException(
                    "name_taken",
                    $"The job type {Shown.Text(type.Name)} is registered twice, for {byName[type.Name].PayloadType.Name} and "
                    + $"{type.PayloadType.Name}. Give one of them another name.");
            }

            // Plain JSON is nobody's class: such types are known by their names alone.
            if (type.PayloadType != typeof(JsonElement) && !byPayload.TryAdd(type.PayloadType, type))
            {
                throw new PawlException(
                    "name_taken",
                    $"The payload {type.PayloadType.Name} is registered for two job types, "
                        + $"{Shown.Text(byPayload[type.PayloadType].Name)} and "
                    + $"{Shown.Text(type.Name)}. A payload belongs to one: derive a record for the other.");
            }
        }

        _byName = byName.ToFrozenDictionary(StringComparer.Ordinal);
        _byPayload = byPayload.ToFrozenDictionary();
        All = [.. byName.Values.OrderBy(type => type.Name, StringComparer.Ordinal)];
    }

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<JobType> All { get; }

    /// <summary>The type of a name; null when it is not known here.</summary>
    public JobType? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The type of a payload's class; null when it is not known here.</summary>
    public JobType? Find(Type payload) => _byPayload.GetValueOrDefault(payload);

    internal bool TryFind(string name, [NotNullWhen(true)] out JobType? type) => _byName.TryGetValue(name, out type);

    internal bool TryFind(Type payload, [NotNullWhen(true)] out JobType? type) => _byPayload.TryGetValue(payload, out type);
}

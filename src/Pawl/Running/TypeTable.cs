namespace Pawl.Running;

/// <summary>All types as they were registered, made once from the settings.</summary>
internal sealed class TypeTable
{
    public TypeTable(IEnumerable<HandlerRegistration> registrations, PawlOptions options)
    {
        All = [.. registrations.Select(registration => (registration.Build(options), registration))];
        Types = new(All.Select(each => each.Type));
    }

    public IReadOnlyList<(JobType Type, HandlerRegistration Registration)> All { get; }

    public JobTypes Types { get; }
}

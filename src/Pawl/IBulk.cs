namespace Pawl;

/// <summary>One action on many jobs at once. A singleton from dependency injection.</summary>
/// <remarks>The leader of the chores carries the operations out, a slice at a time, one after another.</remarks>
public interface IBulk
{
    /// <summary>Looks what an operation would do; changes nothing.</summary>
    /// <exception cref="PawlException">The request is not a good one: <c>filter_invalid</c>, <c>required</c>, <c>out_of_range</c>,
    /// <c>unknown_field</c>, …</exception>
    Task<BulkPreview> PreviewAsync(BulkRequest request, CancellationToken cancellationToken = default);

    /// <summary>Makes an operation; it is carried out in the background and is not done when this returns.</summary>
    /// <exception cref="PawlException">Nothing was made: <c>bulk_too_many</c> when there are more jobs than
    /// <see cref="BulkRequest.Expected"/> or <see cref="BulkRequest.Max"/> (how many, under <c>matched</c> of
    /// <see cref="Exception.Data"/>), or the request is not a good one.</exception>
    Task<BulkOperation> StartAsync(BulkRequest request, CancellationToken cancellationToken = default);

    /// <summary>Reads an operation; null when it is not there.</summary>
    Task<BulkOperation?> FindAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Reads operations, newest first.</summary>
    /// <param name="before">Only those with a lower number; null for the newest.</param>
    /// <param name="limit">At most so many; 1 to 500.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<IReadOnlyList<BulkOperation>> ListAsync(long? before = null, int limit = 50, CancellationToken cancellationToken = default);

    /// <summary>Stops an operation; what is done stays done. One that has ended is left as it is.</summary>
    /// <exception cref="PawlException"><c>not_found</c>.</exception>
    Task<BulkOperation> CancelAsync(long id, string? by = null, CancellationToken cancellationToken = default);
}

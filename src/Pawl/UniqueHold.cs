namespace Pawl;

/// <summary>How long a job holds its unique key. A failed or cancelled job always frees it.</summary>
public enum UniqueHold
{
    /// <summary>While the job lives, and for good once it has succeeded. The default.</summary>
    ActiveOrSucceeded,

    /// <summary>While the job lives.</summary>
    Active,
}

namespace Pawl;

/// <summary>A health score in one word.</summary>
public enum HealthGrade
{
    /// <summary>70 and above.</summary>
    Healthy,

    /// <summary>40 to 69.</summary>
    Degraded,

    /// <summary>Below 40.</summary>
    Unhealthy,
}

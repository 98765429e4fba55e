namespace Pawl;

/// <summary>Which end of the other job meets a dependency.</summary>
public enum DependencyWhen
{
    /// <summary>Only a success. The default.</summary>
    Succeeded,

    /// <summary>Any end.</summary>
    Terminal,
}

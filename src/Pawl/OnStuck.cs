namespace Pawl;

/// <summary>What follows when a running job stands still for longer than its type allows.</summary>
public enum OnStuck
{
    /// <summary>People are told, once for each attempt. The default.</summary>
    Alert,

    /// <summary>People are told, and the next recovery sweep ends the attempt as lost and offers the job again.</summary>
    Requeue,
}

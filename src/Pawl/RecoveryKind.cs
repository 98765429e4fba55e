namespace Pawl;

/// <summary>What a recovery sweep looks at.</summary>
public enum RecoveryKind
{
    /// <summary>Failed and stuck jobs. A stuck one is requeued only when its type says <see cref="OnStuck.Requeue"/>.</summary>
    Comprehensive,

    /// <summary>Failed jobs that nobody has dismissed.</summary>
    Failed,

    /// <summary>Running jobs that stand still. Asked for by name, it requeues them whatever their type says.</summary>
    Stuck,
}

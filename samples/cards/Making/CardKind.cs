namespace Cards.Making;

internal enum CardKind
{
    /// <summary>Subject given, reason asked.</summary>
    Why,

    /// <summary>Changed line given with a gap.</summary>
    Fill,

    /// <summary>Old lines given, new lines asked.</summary>
    Replace,

    /// <summary>Added or removed lines given, purpose asked.</summary>
    Purpose,

    /// <summary>Subject given, file asked.</summary>
    Where,
}

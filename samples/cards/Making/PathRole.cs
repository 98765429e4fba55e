namespace Cards.Making;

internal enum PathRole
{
    Source,
    Test,
    Settings,
    Prose,

    /// <summary>Locked, generated, vendored, recorded or drawn: written by a program or by somebody else.</summary>
    Noise,
}

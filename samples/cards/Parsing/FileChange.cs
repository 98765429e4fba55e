namespace Cards.Parsing;

internal enum FileChange
{
    Modified,
    Added,
    Deleted,
    Renamed,
    Copied,

    /// <summary>It became another kind of thing, for example a link.</summary>
    Turned,
}

namespace Cards.Parsing;

internal enum LineKind
{
    Context,
    Removed,
    Added,
}

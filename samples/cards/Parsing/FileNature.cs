namespace Cards.Parsing;

internal enum FileNature
{
    Plain,
    Link,
    Submodule,
}

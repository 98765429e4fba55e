namespace Pawl.Cli.Output;

/// <summary>How data is written to stdout.</summary>
internal enum OutputForm
{
    /// <summary>Aligned columns for people.</summary>
    Table,

    /// <summary>More columns.</summary>
    Wide,

    /// <summary>The API's own document.</summary>
    Json,

    /// <summary>One object a line, to the end of the list.</summary>
    Ndjson,

    /// <summary>One id a line.</summary>
    Id,
}

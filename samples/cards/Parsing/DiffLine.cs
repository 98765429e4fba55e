namespace Cards.Parsing;

/// <summary>One line of a hunk. The text holds neither the diff's sign nor the line's end, so LF and CRLF read alike.</summary>
internal readonly record struct DiffLine(LineKind Kind, string Text);

using System.Text.Json.Nodes;

namespace Cards.Decks;

/// <summary>The note type of all decks of this program: three fields, one card, the colours of a diff by day and by night.</summary>
internal static class NoteType
{
    /// <summary>Fixed for ever: Anki joins an imported note to the one it has only if their note types are the same.</summary>
    public const long Id = 1_763_700_000_417;

    /// <summary>Unix seconds. Raise it when the look changes; Anki then takes it over. Fields and template must never change.</summary>
    public const long StyledAt = 1_763_700_000;

    private const string Style = """
        .card { font-family: system-ui, "Segoe UI", Roboto, sans-serif; font-size: 18px; line-height: 1.4; text-align: left;
          color: #1c2128; background: #fff; max-width: 46em; margin: 0 auto; padding: .5em; }
        .commit { font-weight: 600; font-size: 1.1em; margin-bottom: .4em; }
        .place, .source { color: #59636e; font-size: .8em; margin: .4em 0; overflow-wrap: anywhere; }
        .ask { margin: .7em 0; color: #0550ae; font-weight: 600; }
        .why p { margin: .5em 0; }
        code, pre { font-family: ui-monospace, "Cascadia Mono", Consolas, Menlo, monospace; }
        code { font-size: .92em; }
        pre { font-size: .8em; background: #f6f8fa; border-radius: 6px; padding: .6em 0; white-space: pre-wrap; overflow-wrap: anywhere; }
        pre.diff span { display: block; padding: 0 .8em 0 1.9em; text-indent: -1.1em; }
        pre.diff span span, .odd { display: inline !important; padding: 0 .2em !important; text-indent: 0 !important; }
        pre.diff .ctx::before { content: "  "; }
        pre.diff .add::before { content: "+ "; }
        pre.diff .del::before { content: "- "; }
        .add { background: #dafbe1; } .add b { background: #aceebb; }
        .del { background: #ffebe9; } .del b { background: #ffc1ba; }
        pre.diff span.gap { background: #0969da; color: #fff; border-radius: 4px; padding: 0 1.2em !important; }
        .odd { background: #fff8c5; border-radius: 3px; font-size: .85em; }
        hr { border: 0; border-top: 1px solid #d1d9e0; }
        .nightMode.card, .night_mode.card { color: #e6edf3; background: #1f2328; }
        .nightMode .place, .nightMode .source, .night_mode .place, .night_mode .source { color: #9198a1; }
        .nightMode .ask, .night_mode .ask { color: #79c0ff; }
        .nightMode pre, .night_mode pre { background: #151b23; }
        .nightMode .add, .night_mode .add { background: #12381f; } .nightMode .add b, .night_mode .add b { background: #1f6f36; }
        .nightMode .del, .night_mode .del { background: #41191c; } .nightMode .del b, .night_mode .del b { background: #8e2b2d; }
        .nightMode .odd, .night_mode .odd { background: #5c4a00; }
        """;

    public static JsonObject Describe(long deckId) => new()
    {
        ["id"] = Id,
        ["name"] = "Commit card",
        ["type"] = 0,
        ["mod"] = StyledAt,
        ["usn"] = 0,
        ["sortf"] = 0,
        ["did"] = deckId,
        ["css"] = Style,
        ["latexPre"] = @"\documentclass[12pt]{article}\begin{document}",
        ["latexPost"] = @"\end{document}",
        ["tags"] = new JsonArray(),
        ["vers"] = new JsonArray(),
        ["req"] = new JsonArray(new JsonArray(0, "any", new JsonArray(0))),
        ["flds"] = new JsonArray(Field("Front", 0), Field("Back", 1), Field("Source", 2)),
        ["tmpls"] = new JsonArray(new JsonObject
        {
            ["name"] = "Question",
            ["ord"] = 0,
            ["qfmt"] = "{{Front}}",
            ["afmt"] = "{{FrontSide}}<hr id=\"answer\">{{Back}}<div class=\"source\">{{Source}}</div>",
            ["bqfmt"] = "",
            ["bafmt"] = "",
            ["did"] = null,
        }),
    };

    private static JsonObject Field(string name, int position) => new()
    {
        ["name"] = name,
        ["ord"] = position,
        ["sticky"] = false,
        ["rtl"] = false,
        ["font"] = "Arial",
        ["size"] = 16,
        ["media"] = new JsonArray(),
    };
}

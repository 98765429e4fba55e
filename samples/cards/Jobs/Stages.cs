using Cards.Making;
using Cards.Parsing;
using Pawl;

namespace Cards.Jobs;

/// <summary>The two stages: the ledger each writes and the version part it reads.</summary>
internal static class Stages
{
    public const string Parsed = "commits.parsed";
    public const string Made = "commits.cards";
    public const string Parser = "parser";
    public const string Cards = "cards";

    /// <summary>The version of the pipeline, such as <c>parser-1.0/cards-v1</c>.</summary>
    public static PipelineVersion Versions { get; } =
        PipelineVersion.Of(new PipelinePart(Parser, ShowCommand.Version), new PipelinePart(Cards, CardMaker.Version));
}

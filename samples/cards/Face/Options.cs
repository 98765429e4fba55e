using System.Net;
using Cards.Git;
using Pawl;

namespace Cards.Face;

/// <summary>What the user asked for, checked as far as that is possible without looking at the repository.</summary>
internal sealed record Options
{
    public required string Repository { get; init; }
    public required Selection Selection { get; init; }

    /// <summary>Null: <c>name-of-the-repository.apkg</c> in the current folder.</summary>
    public string? Output { get; init; }

    /// <summary>Null: <c>Commits::name-of-the-repository</c>.</summary>
    public string? Deck { get; init; }

    /// <summary>Null: <c>cards.db</c> in the deck's folder.</summary>
    public string? Database { get; init; }

    public Force Force { get; init; }

    /// <summary>Let others watch the run over HTTP, and stay after it.</summary>
    public bool Serve { get; init; }

    /// <summary>Where to serve. Null: 127.0.0.1:7295, or the next port that is free.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>Ask nothing.</summary>
    public bool Yes { get; init; }

    /// <summary>Plain lines even on a terminal.</summary>
    public bool Plain { get; init; }
}

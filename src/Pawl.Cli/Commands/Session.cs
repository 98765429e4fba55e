using System.CommandLine;
using Pawl.Cli.Client;
using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary>One run of a verb that asks a server: what was said, whom to ask, where to write.</summary>
internal sealed class Session : IDisposable
{
    private static Terminal? s_terminal;

    private Api? _api;

    public Session(ParseResult parsed)
    {
        Parsed = parsed;
        Terminal = Console(parsed);
        Out = new(Terminal, Globals.FormOf(parsed), new(Globals.TimeOf(parsed), Clock));
    }

    public ParseResult Parsed { get; }

    public Printer Out { get; }

    public Terminal Terminal { get; }

    public static TimeProvider Clock => TimeProvider.System;

    public bool Quiet => Parsed.GetValue(Globals.Quiet);

    public Api Api => _api ??= new(
        TargetOf(Parsed),
        Waits ? Globals.DefaultTimeout : Parsed.GetValue(Globals.Timeout) ?? Globals.DefaultTimeout,
        Parsed.GetValue(Globals.Verbose) ? Out.Say : null);

    /// <summary>Whether <c>--timeout</c> is about the whole wait.</summary>
    public bool Waits { get; set; }

    /// <summary>The terminal of a process: there is one.</summary>
    public static Terminal Console(ParseResult parsed) => s_terminal ??= new(parsed.GetValue(Globals.NoColor));

    public static void Flush() => s_terminal?.Flush();

    public static Target TargetOf(ParseResult parsed) => Target.Of(
        parsed.GetValue(Globals.Url),
        parsed.GetValue(Globals.Token),
        parsed.GetValue(Globals.TokenFile),
        parsed.GetValue(Globals.Profile));

    public T? Get<T>(Option<T> option) => Parsed.GetValue(option);

    public T? Get<T>(Argument<T> argument) => Parsed.GetValue(argument);

    /// <summary>A word on stderr, unless silence was asked for.</summary>
    public void Say(string text)
    {
        if (!Quiet)
        {
            Out.Say(text);
        }
    }

    public void Dispose() => _api?.Dispose();
}

using System.CommandLine;

namespace Pawl.Cli.Commands;

/// <summary>A command that does something, with an example for its help.</summary>
internal sealed class Verb : Command
{
    /// <param name="name">The word.</param>
    /// <param name="description">What it does, on one line.</param>
    /// <param name="example">A whole command line.</param>
    /// <param name="run">Does it; what it returns is the exit code.</param>
    /// <param name="parts">Its arguments and options.</param>
    public Verb(
        string name, string description, string example, Func<ParseResult, CancellationToken, Task<int>> run, params Symbol[] parts)
        : base(name, description)
    {
        Example = example;
        foreach (var part in parts)
        {
            if (part is Argument argument)
            {
                Add(argument);
            }
            else
            {
                Add((Option)part);
            }
        }

        SetAction(run);
    }

    public string Example { get; }

    /// <summary>A verb that asks a server.</summary>
    public static Verb Asking(
        string name, string description, string example, Func<Session, CancellationToken, Task<int>> run, params Symbol[] parts) => new(
            name,
            description,
            example,
            async (parsed, cancellationToken) =>
            {
                using var session = new Session(parsed);
                return await run(session, cancellationToken).ConfigureAwait(false);
            },
            parts);
}

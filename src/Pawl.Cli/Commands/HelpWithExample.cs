using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Pawl.Cli.Commands;

/// <summary>The help of a command, and an example below it.</summary>
internal sealed class HelpWithExample(HelpAction help) : SynchronousCommandLineAction
{
    public override bool Terminating => true;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var configuration = parseResult.InvocationConfiguration;
        var output = configuration.Output;
        using var text = new StringWriter();
        configuration.Output = text;
        var code = help.Invoke(parseResult);
        configuration.Output = output;

        // The parser calls the program by the name of its file.
        output.Write(text.ToString().Replace($"  {RootCommand.ExecutableName} ", "  pawl ", StringComparison.Ordinal).TrimEnd());
        output.WriteLine();
        output.WriteLine();
        if (parseResult.CommandResult.Command is Verb verb)
        {
            output.WriteLine("Example:");
            foreach (var line in verb.Example.Split('\n'))
            {
                output.WriteLine($"  {line}");
            }

            output.WriteLine();
        }

        return code;
    }
}

using System.CommandLine;
using System.CommandLine.Invocation;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl --version</c>.</summary>
internal sealed class ShowVersion : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(ProgramVersion.Text);
        return ExitCode.Done;
    }
}

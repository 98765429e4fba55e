using System.CommandLine;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl completion</c>: scripts for shells, which ask the tool itself what may stand there.</summary>
internal static class Completion
{
    private const string Bash = """
        _pawl() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(pawl "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _pawl pawl
        """;

    private const string Zsh = """
        #compdef pawl
        _pawl() {
            local -a words_of_pawl
            words_of_pawl=("${(@f)$(pawl "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            compadd -- "${words_of_pawl[@]}"
        }
        (( $+functions[compdef] )) && compdef _pawl pawl
        """;

    private const string Fish = """
        complete -c pawl -a '(set -l line (commandline -cp); pawl "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)'
        """;

    private const string Pwsh = """
        Register-ArgumentCompleter -Native -CommandName pawl -ScriptBlock {
            param($word, $line, $at)
            pawl "[suggest:$at]" "$line" 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    public static Command Build()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or pwsh" };
        shell.CompletionSources.Add("bash", "zsh", "fish", "pwsh");
        return new Verb(
            "completion",
            "Print a completion script for a shell",
            "pawl completion bash > ~/.local/share/bash-completion/completions/pawl",
            (parsed, _) =>
            {
                var name = parsed.GetValue(shell)!;
                var script = name switch
                {
                    "bash" => Bash,
                    "zsh" => Zsh,
                    "fish" => Fish,
                    "pwsh" => Pwsh,
                    _ => throw CliException.Usage(
                        $"there is a script for bash, zsh, fish and pwsh, but not for {Shown.Text(name)}",
                        Nearest.Of(name, ["bash", "zsh", "fish", "pwsh"]) is { } near ? $"did you mean '{near}'?" : null),
                };
                Session.Console(parsed).Out.WriteLine(script);
                return Task.FromResult(ExitCode.Done);
            },
            shell);
    }
}

using System.CommandLine;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry completion bash</c></summary>
internal static class CompletionCommand
{
    /// <summary>The program itself knows what may follow: it answers the directive <c>[suggest]</c> with one candidate a line.</summary>
    private const string Bash = """
        # Completion of skerry for bash. Load it with: source <(skerry completion bash)
        _skerry_complete()
        {
            local word=${COMP_WORDS[COMP_CWORD]} candidates
            candidates=$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
            COMPREPLY=($(compgen -W "${candidates}" -- "${word}"))
            [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "${word}"))
        }
        complete -o filenames -F _skerry_complete skerry
        """;

    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash" };
        shell.AcceptOnlyFromAmong("bash");
        return new Command("completion", "Print the completion script of a shell: source <(skerry completion bash)") { shell }.Running(terminal, async (_, _) =>
        {
            await terminal.Output.WriteLineAsync(Bash.ReplaceLineEndings("\n"));
            return ExitCode.Success;
        });
    }
}

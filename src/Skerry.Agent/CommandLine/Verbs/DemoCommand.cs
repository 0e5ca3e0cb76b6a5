using System.CommandLine;
using System.Runtime.InteropServices;

using Skerry.Agent.Composition;
using Skerry.Agent.Demo;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry demo</c></summary>
internal static class DemoCommand
{
    public static Command Create(Terminal terminal)
    {
        var once = new Option<bool>("--once") { Description = "End after the story; exit code 0 only if every step was seen and no request failed." };
        return new Command("demo", "Watch two sites on this machine go on without a failed request while an instance, a leader and a relay die, and one site is cut off and heals.") { once }
            .Running(terminal, (parse, cancellation) => RunAsync(terminal, parse.GetValue(once), cancellation));
    }

    private static async Task<int> RunAsync(Terminal terminal, bool once, CancellationToken cancellation)
    {
        using var signals = new StopSignals();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // The terminal was closed: as good as Ctrl+C.
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            ending.Cancel();
        });
        _ = signals.First.ContinueWith(_ => ending.Cancel(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await using var story = new DemoStory(new Narrator(terminal.Output, terminal.IsInteractive));
        try
        {
            await story.TellAsync(ending.Token);
            if (!once)
            {
                story.TellWhatToTry();
                await Task.Delay(Timeout.Infinite, ending.Token);
            }

            return story.Shortcomings.Count == 0 ? ExitCode.Success : ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            return story.HasEnded && story.Shortcomings.Count == 0 ? ExitCode.Success : ExitCode.Signal + 2;
        }
    }
}

using System.CommandLine;
using System.Globalization;

using Skerry.Agent.Composition;
using Skerry.Agent.Configuration.Schema;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry kv lock KEY -- COMMAND</c></summary>
internal static class KvLockCommand
{
    /// <summary>How long a command that is to end has for it.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public static Command Create(Terminal terminal)
    {
        var key = KvCommand.Key();
        var run = new Argument<string[]>("COMMAND") { Description = "What to run while the lock is held, with its arguments, behind --.", Arity = ArgumentArity.OneOrMore };
        var ttl = Duration("--ttl", "15s", "The lock is free again at the latest after twice this when this process has died. 10s to 24h.", "10s", "24h");
        var delay = Duration("--lock-delay", "15s", "How long nobody gets the lock after it was lost. 0s to 60s.", "0s", "60s");
        var timeout = new Option<string?>("--timeout") { Description = "Give up when the lock is not free by then; 0s: at once. Absent: wait.", HelpName = "DURATION" };
        timeout.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !DurationText.TryParse(token.Value, out _)) result.AddError($"--timeout '{token.Value}' is no duration such as 30s.");
        });
        const string About = "Run a command while a key is locked. It finds the fencing token in $SKERRY_LOCK_TOKEN, which grows with every holder, and $SKERRY_LOCK_KEY and "
            + "$SKERRY_LOCK_SESSION; it is ended when the lock is lost. The exit code is the command's, or 1 when the lock was not had or lost.";
        return new Command("lock", About) { key, run, ttl, delay, timeout }.AskingAgent(terminal, async (parse, agent, cancellation) =>
        {
            using var signals = new StopSignals();
            using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var stopping = signals.First.ContinueWith(_ => stopped.Cancel(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            var name = parse.GetValue(key)!;
            var patience = parse.GetValue(timeout) is { } text ? Read(text) : TimeSpan.MaxValue;
            KvLock? held;
            try
            {
                held = await KvLock.TakeAsync(new KvClient(agent, null), name, Read(parse.GetValue(ttl)!), Read(parse.GetValue(delay)!), patience, stopped.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCompleted)
            {
                return ExitCode.Signal + (await signals.First == "SIGTERM" ? 15 : 2);
            }

            if (held is null) throw new CommandFailedException(ExitCode.Failed, $"The lock on '{name}' was not free within {parse.GetValue(timeout)}. See who holds it with: skerry kv get --detailed {name}");
            await using (held) return await RunAsync(held, name, parse.GetValue(run)!, signals.First);
        });
    }

    private static async Task<int> RunAsync(KvLock held, string key, string[] command, Task signalled)
    {
        using var child = new ChildProcess(command, new Dictionary<string, string>
        {
            ["SKERRY_LOCK_KEY"] = key,
            ["SKERRY_LOCK_SESSION"] = held.Session,
            ["SKERRY_LOCK_TOKEN"] = held.Token.ToString(CultureInfo.InvariantCulture),
        });
        var exit = child.ExitAsync();
        var first = await Task.WhenAny(exit, held.Lost, signalled);
        if (first == exit) return await exit;
        child.Stop();
        if (first == signalled) return await exit;
        // Another may hold the lock soon: this one must not go on.
        if (await Task.WhenAny(exit, Task.Delay(Grace)) != exit) child.Kill();
        await exit;
        throw new CommandFailedException(ExitCode.Failed, $"The lock on '{key}' was lost: {await held.Lost}. {command[0]} was ended.");
    }

    private static Option<string> Duration(string name, string fallback, string description, string least, string most)
    {
        var option = new Option<string>(name) { Description = description, HelpName = "DURATION", DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(DurationText.TryParse(token.Value, out var duration) && duration >= Read(least) && duration <= Read(most)))
                result.AddError($"{name} '{token.Value}' is no duration from {least} to {most}.");
        });
        return option;
    }

    private static TimeSpan Read(string text) => DurationText.TryParse(text, out var duration) ? duration : throw new ArgumentException($"'{text}' is no duration.", nameof(text));
}

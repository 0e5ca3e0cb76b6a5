using System.CommandLine;

using Skerry.Agent.Configuration;

namespace Skerry.Agent.CommandLine;

/// <summary>What the verbs have in common: their shared options, and how a failure becomes a line and an exit code.</summary>
internal static class Verb
{
    public static Option<bool> Json() => new("--json") { Description = "Print JSON for programs." };

    public static Option<string> Address() => new("--address")
    {
        Description = $"The agent's HTTP API; ${AgentClient.AddressVariable} sets it too.",
        HelpName = "HOST:PORT",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(AgentClient.AddressVariable) is { Length: > 0 } address ? address : AgentClient.DefaultAddress,
    };

    /// <summary>Without a default, which help would show: it is a secret.</summary>
    public static Option<string?> Token() => new("--token")
    {
        Description = $"Secret of the token that the agent is asked with, where it asks for one; ${AgentClient.TokenVariable} sets it too, and is not seen by other users of the machine.",
        HelpName = "SECRET",
    };

    /// <summary>Another group than the agent's.</summary>
    public static Option<string?> Group(string description) => new("--group") { Description = description, HelpName = "GROUP" };

    /// <summary>Asks about a group; one that the agent does not know is told in words that say where to look.</summary>
    /// <param name="group">The group; null: the agent's own.</param>
    /// <param name="ask">Asks; takes the query that names the group, empty for the agent's own.</param>
    public static async Task<T> OfGroupAsync<T>(string? group, Func<string, Task<T>> ask)
    {
        try
        {
            return await ask(group is null ? "" : "dc=" + Uri.EscapeDataString(group));
        }
        catch (CommandFailedException failed) when (group is not null && failed.Message == "No path to datacenter")
        {
            throw new CommandFailedException(ExitCode.NotFound, $"The agent knows no group '{group}'. See those it knows with: skerry members --all-groups");
        }
    }

    /// <summary>A verb that asks the agent.</summary>
    public static Command AskingAgent(this Command command, Terminal terminal, Func<ParseResult, AgentClient, CancellationToken, Task<int>> run)
    {
        var address = Address();
        var token = Token();
        command.Options.Add(address);
        command.Options.Add(token);
        return command.Running(terminal, async (parse, cancellation) =>
        {
            using var client = new AgentClient(parse.GetValue(address)!, parse.GetValue(token) ?? Environment.GetEnvironmentVariable(AgentClient.TokenVariable));
            return await run(parse, client, cancellation);
        });
    }

    /// <summary>A verb that works by itself.</summary>
    public static Command Running(this Command command, Terminal terminal, Func<ParseResult, CancellationToken, Task<int>> run)
    {
        command.SetAction(async (parse, cancellation) =>
        {
            try
            {
                return await run(parse, cancellation);
            }
            catch (CommandFailedException failed)
            {
                await terminal.Error.WriteLineAsync("skerry: " + failed.Message);
                return failed.ExitCode;
            }
            catch (ConfigurationRefusedException refused)
            {
                foreach (var error in refused.Errors) await terminal.Error.WriteLineAsync(error.ToString());
                return ExitCode.Usage;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return ExitCode.Signal + 2; // SIGINT, as shells count
            }
        });
        return command;
    }
}

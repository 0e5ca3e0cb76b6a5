using System.CommandLine;
using System.Text;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry kv put KEY [VALUE]</c></summary>
internal static class KvPutCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        var key = KvCommand.Key();
        var value = new Argument<string?>("VALUE") { Description = "What it holds from now on; @FILE is what a file holds, - what comes in. Absent: nothing.", Arity = ArgumentArity.ZeroOrOne };
        var group = KvCommand.Group();
        var flags = new Option<ulong?>("--flags") { Description = "A number for your own use.", HelpName = "NUMBER" };
        var cas = new Option<ulong?>("--cas") { Description = "Write only if the key was written last at this index; 0: only if there is none.", HelpName = "INDEX" };
        var acquire = new Option<string?>("--acquire") { Description = "Take the lock on the key for a session.", HelpName = "SESSION" };
        var release = new Option<string?>("--release") { Description = "Let go of the lock that a session has on the key.", HelpName = "SESSION" };
        var base64 = new Option<bool>("--base64") { Description = "VALUE is in base64." };
        var command = new Command("put", "Write a key.") { key, value, flags, cas, acquire, release, base64, group, json };
        command.Validators.Add(result =>
        {
            string[] given = [.. new Option[] { cas, acquire, release }.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name)];
            if (given.Length > 1) result.AddError($"{string.Join(" and ", given)} exclude each other.");
        });
        return command.AskingAgent(terminal, async (parse, agent, cancellation) =>
        {
            var name = parse.GetValue(key)!;
            List<string> parameters = [];
            if (parse.GetValue(flags) is { } number) parameters.Add($"flags={number}");
            if (parse.GetValue(cas) is { } index) parameters.Add($"cas={index}");
            if (parse.GetValue(acquire) is { } taker) parameters.Add("acquire=" + Uri.EscapeDataString(taker));
            if (parse.GetValue(release) is { } holder) parameters.Add("release=" + Uri.EscapeDataString(holder));
            var bytes = await ReadAsync(parse.GetValue(value), parse.GetValue(base64), cancellation);
            var (isDone, _) = await new KvClient(agent, parse.GetValue(group)).PutAsync(name, bytes, parameters, cancellation);
            if (!isDone) throw new CommandFailedException(ExitCode.Failed, Refusal(name, parse.GetValue(cas), parse.GetValue(acquire)));
            terminal.Write(new OutcomeResult("written", [name]), ResultJson.Readable.OutcomeResult, parse.GetValue(json), done => $"Wrote {done.Subjects[0]}.");
            return ExitCode.Success;
        });
    }

    private static string Refusal(string key, ulong? cas, string? acquire)
    {
        if (cas is 0) return $"There is a key '{key}' already.";
        if (cas is { } index) return $"'{key}' was not written last at {index}. See its modify index with: skerry kv get --detailed {key}";
        return acquire is not null
            ? $"The lock on '{key}' is held by another session, or the delay after its holder's end is not over. See who holds it with: skerry kv get --detailed {key}"
            : $"That session does not hold the lock on '{key}'.";
    }

    private static async Task<byte[]> ReadAsync(string? text, bool isBase64, CancellationToken cancellation)
    {
        var bytes = text switch
        {
            null => [],
            "-" => await ReadInputAsync(cancellation),
            ['@', .. var file] => await ReadFileAsync(file, cancellation),
            _ => Encoding.UTF8.GetBytes(text),
        };
        if (!isBase64) return bytes;
        try
        {
            return Convert.FromBase64String(Encoding.UTF8.GetString(bytes));
        }
        catch (FormatException)
        {
            throw new CommandFailedException(ExitCode.Usage, "The value is not base64.");
        }
    }

    private static async Task<byte[]> ReadInputAsync(CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(buffer, cancellation);
        return buffer.ToArray();
    }

    private static async Task<byte[]> ReadFileAsync(string file, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllBytesAsync(file, cancellation);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandFailedException(ExitCode.Usage, $"{file} cannot be read: {refused.Message} A value that begins with @ can be given as --base64, or come in with -.");
        }
    }
}

using System.CommandLine;

using Skerry.Agent.CommandLine.Documents;
using Skerry.Agent.Configuration;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry register</c>: from flags, or from a file in the words of the configuration's <c>services</c>.</summary>
internal static class RegisterCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        var file = new Argument<string?>("FILE") { Description = "YAML: one service, or a list under the key services, as in the configuration.", Arity = ArgumentArity.ZeroOrOne };
        var flags = new RegistrationFlags();
        var command = new Command("register", "Register a service with the agent's node, or replace it.") { file, json };
        foreach (var flag in flags.Options) command.Options.Add(flag);
        command.Validators.Add(result =>
        {
            var given = flags.Given(result);
            if (result.GetValue(file) is not null && given.Count > 0) result.AddError($"FILE and {string.Join(", ", given)} exclude each other.");
            else if (result.GetValue(file) is null && !given.Contains(flags.Name.Name)) result.AddError("Name the service with --name, or give a FILE.");
        });
        return command.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var services = parse.GetValue(file) is { } path ? ServiceFile.Load(path) : [ServiceFile.Parse("the flags", flags.ToYaml(parse))];
            foreach (var service in services)
                await client.PutAsync("v1/agent/service/register?replace-existing-checks=true", RegistrationDocument.Of(service), ApiJson.Default.RegistrationDocument, cancellation);
            var outcome = new OutcomeResult("registered", [.. services.Select(service => service.EffectiveId)]);
            terminal.Write(outcome, ResultJson.Readable.OutcomeResult, parse.GetValue(json), done => $"Registered {string.Join(", ", done.Subjects)}.");
            return ExitCode.Success;
        });
    }
}

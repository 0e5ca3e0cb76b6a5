using System.CommandLine;

using Skerry.Agent.CommandLine.Documents;
using Skerry.Agent.Configuration;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry validate FILE</c></summary>
internal static class ValidateCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        var file = new Argument<string>("FILE") { Description = "A configuration file." };
        return new Command("validate", "Check a configuration file whole, without starting anything.") { file, json }.Running(terminal, (parse, _) =>
        {
            var path = parse.GetValue(file)!;
            ConfigurationError[] errors = [];
            try
            {
                new ConfigurationFile(path, []).Load();
            }
            catch (ConfigurationRefusedException refused)
            {
                errors = [.. refused.Errors];
            }

            var result = new ValidationResult(path, errors.Length == 0,
                [.. errors.Select(error => new ValidationResult.Error(error.Mark.Line, error.Mark.Column, error.Key, error.Message, error.Allowed))]);
            terminal.Write(result, ResultJson.Readable.ValidationResult, parse.GetValue(json),
                found => found.Valid ? $"{path}: valid" : string.Join(Environment.NewLine, errors.AsEnumerable()));
            return Task.FromResult(result.Valid ? ExitCode.Success : ExitCode.Usage);
        });
    }
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Skerry.Agent.CommandLine;

/// <summary>Where a verb writes to.</summary>
/// <param name="Output">Results.</param>
/// <param name="Error">Everything else.</param>
/// <param name="IsInteractive">A person looks at the output: tables with lines, colours. Otherwise plain columns.</param>
internal sealed record Terminal(TextWriter Output, TextWriter Error, bool IsInteractive)
{
    /// <summary>The process's own.</summary>
    public static Terminal OfProcess() => new(
        Console.Out, Console.Error, !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "" && Environment.GetEnvironmentVariable("TERM") != "dumb");

    /// <summary>One result as a table for people, or as JSON for programs.</summary>
    public void Write<T>(T result, JsonTypeInfo<T> type, bool asJson, Func<T, Table> table)
    {
        if (asJson) Output.WriteLine(JsonSerializer.Serialize(result, type));
        else table(result).Write(this);
    }

    /// <summary>One result as a sentence for people, or as JSON for programs.</summary>
    public void Write<T>(T result, JsonTypeInfo<T> type, bool asJson, Func<T, string> sentence) =>
        Output.WriteLine(asJson ? JsonSerializer.Serialize(result, type) : sentence(result));
}

using System.Reflection;

namespace Skerry.Agent.CommandLine;

/// <summary>Which Skerry this is.</summary>
internal static class ProgramVersion
{
    /// <summary>Such as <c>0.1.0</c>.</summary>
    public static string Number { get; } = Full.Split('+')[0];

    /// <summary>The commit it was built from; empty when the build did not know.</summary>
    public static string Commit { get; } = Full.Split('+') is [_, var commit] ? commit : "";

    private static string Full =>
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
}

using Skerry.Agent.Configuration;

namespace Skerry.Agent.Tests.Configuration;

/// <summary>What a user writes, a line of dashes, what it says. SKERRY_REWRITE=1 writes what is said now into the sources: read the difference before it is committed.</summary>
public sealed class RefusedConfigurationTests
{
    private const string Separator = "----\n";

    public static TheoryData<string> Cases => [.. Directory.EnumerateFiles(Fixtures("Refused"), "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Cases))]
    public void Errors_name_line_and_column_and_what_is_allowed(string name)
    {
        var fixture = Path.Combine(Fixtures("Refused"), name + ".txt");
        var parts = File.ReadAllText(fixture).Split(Separator);
        var refused = Assert.Throws<ConfigurationRefusedException>(() => new ConfigurationFile("FILE", []).Parse(parts[0]));
        var said = string.Concat(refused.Errors.Select(error => error + "\n"));
        if (Environment.GetEnvironmentVariable("SKERRY_REWRITE") == "1")
            File.WriteAllText(Path.Combine(Fixtures("Refused").Replace("bin/Debug/net10.0/", "", StringComparison.Ordinal), name + ".txt"), parts[0] + Separator + said);
        else
            Assert.Equal(parts[1], said);
    }

    internal static string Fixtures(string kind) => Path.Combine(AppContext.BaseDirectory, "Configuration", kind);
}

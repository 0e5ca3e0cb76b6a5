namespace Skerry.Architecture.Tests;

/// <summary>Rules that found something say all of it.</summary>
internal static class Findings
{
    public static void None(IEnumerable<string> findings)
    {
        var found = findings.ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }
}

namespace Skerry.Agent.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Skerry.slnx"))) directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException($"No Skerry.slnx above {AppContext.BaseDirectory}.");
    }
}

using System.Diagnostics;

namespace Skerry.Interop.Tests;

/// <summary>Folders of this project with programs for Node, and what they need from npm.</summary>
internal static class NodePackages
{
    private static readonly SemaphoreSlim Installing = new(1);

    /// <summary>A folder of this project in the checkout.</summary>
    public static string FolderOf(string name)
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Skerry.slnx"))) directory = directory.Parent;
        return Path.Combine(directory!.FullName, "tests", "Skerry.Interop.Tests", name);
    }

    /// <summary>Installs what a folder's lock file names, unless it is there.</summary>
    public static async Task InstallAsync(string folder)
    {
        await Installing.WaitAsync();
        try
        {
            if (Directory.Exists(Path.Combine(folder, "node_modules"))) return;
            var (exitCode, output) = await RunAsync("npm", "ci", "--prefix", folder, "--no-audit", "--no-fund");
            Assert.True(exitCode == 0, $"npm ci failed:\n{output}");
        }
        finally
        {
            Installing.Release();
        }
    }

    /// <summary>The major version of Node.</summary>
    public static async Task<int> VersionAsync() => Version.Parse((await RunAsync("node", "--version")).Output.Trim().TrimStart('v')).Major;

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}

using Skerry.Lab.Fabric;
using Skerry.Lab.Scenarios;

namespace Skerry.Lab;

/// <summary>
/// Two programs in one: without arguments of its own the tests; with <c>missing</c> it says why no lab can be made on this machine, or nothing.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is ["missing"])
        {
            if (Requirements.Missing is { } missing) Console.WriteLine(missing);
            return 0;
        }

        if (args.Any(arg => arg is "--server" or "--internal-msbuild-node"))
            return await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
        var exitCode = await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
        Report.Print(Console.Out);
        return exitCode;
    }
}

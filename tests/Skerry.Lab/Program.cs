using Skerry.Lab.Fabric;
using Skerry.Lab.Peers;
using Skerry.Lab.Scenarios;
using Skerry.Lab.Tunnels;

namespace Skerry.Lab;

/// <summary>
/// Four programs in one: without arguments of its own the tests; <c>peer</c> and <c>tunnel</c>, which the tests start on a lab's machines; <c>missing</c>, which says why no lab
/// can be made here, or nothing.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is ["peer"]) return await PeerProgram.RunAsync(Console.In, Console.Out);
        if (args is ["tunnel"]) return await TunnelProgram.RunAsync(Console.In, Console.Out);
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

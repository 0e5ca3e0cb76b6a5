namespace Skerry.Agent.CommandLine;

/// <summary>What the program's end tells a script; <c>skerry --help</c> lists them.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>Could not be done, and the reason was printed.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the configuration is wrong: trying again will not help.</summary>
    public const int Usage = 2;

    /// <summary>No agent answers at the address.</summary>
    public const int Unreachable = 3;

    /// <summary>The member, service or instance named is not there.</summary>
    public const int NotFound = 4;

    /// <summary>Stopped at once by a second signal: this plus the signal's number.</summary>
    public const int Signal = 128;
}

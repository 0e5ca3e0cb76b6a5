using Skerry.Agent.CommandLine;

namespace Skerry.Agent.Composition;

/// <summary>The agent's directory, held by one agent at a time.</summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly FileStream? _lock;

    private DataDirectory(string? path, FileStream? held, bool unsafeNoFsync)
    {
        Path = path;
        UnsafeNoFsync = unsafeNoFsync;
        _lock = held;
    }

    /// <summary>Absolute; null: nothing is kept.</summary>
    public string? Path { get; }

    /// <summary>Whether what consensus writes here is acknowledged without being flushed: for measurements alone.</summary>
    public bool UnsafeNoFsync { get; }

    /// <summary>Makes the directory when it is not there, and takes it.</summary>
    /// <exception cref="CommandFailedException">Cannot be written, or another agent has it.</exception>
    public static DataDirectory Open(string? path, bool unsafeNoFsync = false)
    {
        if (path is null) return new DataDirectory(null, null, unsafeNoFsync);
        path = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Failed, $"The data directory {path} cannot be made: {refused.Message} Set dataDirectory to one that user '{Environment.UserName}' may write.");
        }

        try
        {
            // FileShare.None is an advisory lock of the system: it goes with the process, however that ends.
            return new DataDirectory(path, new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), unsafeNoFsync);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new CommandFailedException(ExitCode.Failed, $"The data directory {path} cannot be written: {refused.Message} Set dataDirectory to one that user '{Environment.UserName}' may write.");
        }
        catch (IOException)
        {
            throw new CommandFailedException(ExitCode.Failed, $"Another agent uses the data directory {path}. Stop it, or set another dataDirectory.");
        }
    }

    /// <summary>A file in it; null when nothing is kept.</summary>
    public string? File(string name) => Path is null ? null : System.IO.Path.Combine(Path, name);

    public void Dispose() => _lock?.Dispose();
}
